#!/usr/bin/env bash
# What statistics of 100,000 trades of one user cost through the server, against the bare SQL aggregate, in turns.
#
#     benches/trade_statistics.sh "postgres:///bench?host=/run/postgresql&user=postgres" [ROUNDS]
#
# The address is a superuser's, of a migrated database that may be written to; STACKMOTIVE names the server, by default
# target/release/stackmotive. It needs psql and curl. The bare statements run as the superuser, past the policies, and
# are timed inside the database; the server's answers are timed by their client, from the request to the last byte. It
# prints medians, and of the paired ratios.
set -euo pipefail
database=$1 rounds=${2:-15} server=${STACKMOTIVE:-target/release/stackmotive} port=${PORT:-8123}
user=00000000-0000-7000-8000-0000000000b1
folder=$(mktemp -d)
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
pid=
median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# Amounts that look random and are always the same: three in five win, some of each year, in two currencies.
psql "$database" -AtXq -v ON_ERROR_STOP=1 >/dev/null <<SQL
SELECT set_config('stackmotive.system', 'on', false);
INSERT INTO users (id, email, hashed_password, tier) VALUES ('$user', 'bench@example.com', '\$2b\$12\$' || repeat('a', 53), 'enterprise') ON CONFLICT DO NOTHING;
DELETE FROM user_sessions WHERE user_id = '$user';
INSERT INTO user_sessions (user_id, session_token, expires_at, access_expires_at)
VALUES ('$user', encode(sha256('bench'), 'hex'), now() + interval '1 day', now() + interval '1 day');
INSERT INTO manual_trade_logs (user_id, symbol, currency, trade_type, entry_price, stop_loss_price, target_price, exit_price,
    quantity, total_value, fees, realized_pnl, execution_time, trade_date, exit_date, status, is_active, strategy)
SELECT '$user', 'S' || i % 200, CASE i % 4 WHEN 0 THEN 'USD' ELSE 'NZD' END, CASE i % 3 WHEN 0 THEN 'short' ELSE 'buy' END,
    100, 90 + i * 7 % 20, 120, 100, 1 + i % 50, 100, (i * 37 % 500) / 100.0, (i * 7919 % 200003 - 80001) / 100.0,
    now() - interval '1 hour' * (i % 60000) - interval '1 day' * (i % 90), now(), now() - interval '1 hour' * (i % 60000),
    'closed', false, 'strategy ' || i % 12
FROM generate_series(1, 100000) i
WHERE NOT EXISTS (SELECT FROM manual_trade_logs WHERE user_id = '$user');
VACUUM ANALYZE manual_trade_logs;
SQL

(umask 077; "$server" keys new >"$folder/keys")
DATABASE_URL=$database STACKMOTIVE_KEYS_FILE=$folder/keys STACKMOTIVE_BUDGET_PERCENT=100000 STACKMOTIVE_LOG=error \
    "$server" serve --listen "127.0.0.1:$port" >"$folder/log" 2>&1 &
pid=$!
for _ in $(seq 100); do curl -sf "http://127.0.0.1:$port/readyz" >/dev/null && break; sleep 0.1; done

mine="FROM manual_trade_logs WHERE user_id = '$user' AND status = 'closed' AND trade_type IN ('buy', 'short')
    AND realized_pnl IS NOT NULL AND exit_date IS NOT NULL"
risk="CASE trade_type WHEN 'buy' THEN entry_price - stop_loss_price ELSE stop_loss_price - entry_price END * quantity"
sums="count(*), count(*) FILTER (WHERE pnl > 0), count(*) FILTER (WHERE pnl < 0), sum(pnl) FILTER (WHERE pnl > 0),
    sum(pnl) FILTER (WHERE pnl < 0), sum(fees), max(pnl) FILTER (WHERE pnl > 0), min(pnl) FILTER (WHERE pnl < 0),
    count(*) FILTER (WHERE risk > 0), sum(pnl / risk) FILTER (WHERE risk > 0), sum(held)"
trades="SELECT currency, strategy, realized_pnl AS pnl, coalesce(fees, 0) AS fees, $risk AS risk,
    floor(extract(epoch FROM exit_date - execution_time)) AS held $mine"
figures="currency count wins losses breakEven won lost netPnl grossPnl fees largestWin largestLoss winRate { value sampleSize }
    averageWin { value } averageLoss { value } payoff { value } profitFactor { value } expectancy { value }
    averageR { value sampleSize } averageHoldingSeconds { value }"

# How many ms the second run of a statement takes, when everything about it is known.
bare() {
    psql "$database" -AtXq -v ON_ERROR_STOP=1 <<SQL
$1 \\g /dev/null
SELECT clock_timestamp() AS began \\gset
$1 \\g /dev/null
SELECT extract(epoch FROM clock_timestamp() - :'began'::timestamptz) * 1000;
SQL
}
asked() {
    curl -sf -o "$folder/answer" -w '%{time_total}' "http://127.0.0.1:$port/graphql" -H 'content-type: application/json' \
        -H 'authorization: Bearer bench' -d "{\"query\": \"{ viewer { $(tr '\n' ' ' <<<"$1") } }\"}" | awk '{ print $1 * 1000 }'
    ! grep -q '"errors"' "$folder/answer" || { cat "$folder/answer" "$folder/log" >&2; exit 1; }
}
measure() {
    : >"$folder/bare" && : >"$folder/asked" && : >"$folder/ratios"
    asked "$3" >/dev/null
    for round in $(seq "$rounds"); do
        if ((round % 2)); then bare=$(bare "$2") asked=$(asked "$3"); else asked=$(asked "$3") bare=$(bare "$2"); fi
        echo "$bare" >>"$folder/bare" && echo "$asked" >>"$folder/asked"
        awk "BEGIN { print $asked / $bare }" >>"$folder/ratios"
    done
    printf '%-44s %10.1f %12.1f %8.2f\n' "$1" "$(median <"$folder/bare")" "$(median <"$folder/asked")" "$(median <"$folder/ratios")"
}

printf '%s, %s cores, PostgreSQL %s, %s rounds\n' "$(date -u +%F)" "$(nproc)" "$(psql "$database" -AtXqc 'SHOW server_version')" "$rounds"
printf '%-44s %10s %12s %8s\n' "100,000 closed trades of one user" "bare (ms)" "server (ms)" ratio
measure "statistics by currency" "SELECT currency, $sums FROM ($trades) t GROUP BY currency" "tradeStatistics { $figures }"
measure "statistics by strategy and currency" "SELECT strategy, currency, $sums FROM ($trades) t GROUP BY strategy, currency" \
    "tradeStatistics(groupBy: STRATEGY) { key $figures }"
measure "gains by day, for tax years" \
    "SELECT currency, (exit_date AT TIME ZONE 'UTC')::date AS day, sum(realized_pnl) FILTER (WHERE realized_pnl > 0),
     sum(realized_pnl) FILTER (WHERE realized_pnl < 0) $mine GROUP BY 1, 2" \
    "realisedGains(calendar: CALENDAR) { label currency gains losses net }"
# The bare statement finds the deepest fall of the sum below the highest before it.
measure "curve with drawdown and streaks" \
    "SELECT currency, max(highest - equity) FROM (SELECT currency, equity,
         max(equity) OVER (PARTITION BY currency ORDER BY exit_date, id ROWS UNBOUNDED PRECEDING) AS highest FROM (SELECT id, currency, exit_date, sum(realized_pnl) OVER (PARTITION BY currency ORDER BY exit_date, id ROWS UNBOUNDED PRECEDING) AS equity $mine) t) t GROUP BY 1" \
    "equityCurves { currency netPnl maximumDrawdown longestWinningStreak step points { lastDay equity drawdown } }"
