#!/usr/bin/env bash
# What a batch of prices costs: updatePrices with 500 symbols over 150,000 holdings, against the bare UPDATE statements of
# the same rows, in turns. The bare ones are a superuser's, past the policies and without any trigger; everything else that
# updatePrices does is on its side: HTTP, the policies, the triggers, locks, the history, and word to subscribers.
#
#     benches/prices.sh "postgres:///bench?host=/run/postgresql&user=postgres" [ROUNDS] [PROGRAM]
#
# The address is a superuser's, of an empty database that may be filled and thrown away. The program is that of a release
# build, target/release/stackmotive unless it is named. It needs psql, curl and python3, and prints medians.
set -euo pipefail
database=$1 rounds=${2:-7} program=${3:-target/release/stackmotive}
folder=$(mktemp -d)
port=$((20000 + RANDOM % 20000))
DATABASE_URL=$database STACKMOTIVE_STATEMENT_TIMEOUT_MS=0 STACKMOTIVE_REQUEST_TIMEOUT_MS=600000 \
    STACKMOTIVE_DATA_DIR=$folder/data "$program" serve --listen 127.0.0.1:$port >"$folder/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 300); do
    curl -s -o "$folder/health" "http://127.0.0.1:$port/health" && break
    kill -0 $server 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.2
done
ask() { psql "$database" -AtXq -v ON_ERROR_STOP=1 -c "SET stackmotive.system = 'on'" -c "$1"; }

# 10,000 people with 15 holdings each, a position for every fifth, 20,000 watchlist items and 10,000 open trades.
if [ "$(ask 'SELECT count(*) FROM portfolio_holdings')" = 0 ]; then
    psql "$database" -AtXq -v ON_ERROR_STOP=1 <<'SQL'
SET stackmotive.system = 'on';
INSERT INTO users (email, hashed_password, is_admin, tier)
SELECT 'person' || n || '@example.com', '$2b$04$' || repeat('a', 53), n = 1, 'enterprise' FROM generate_series(1, 10000) n;
CREATE TEMP TABLE person AS SELECT id, row_number() OVER (ORDER BY email) AS n FROM users;
INSERT INTO portfolio_summary (user_id, vault_id, cash_balance) SELECT id, 'Growth', 1000 FROM person;
INSERT INTO portfolio_holdings (user_id, vault_id, symbol, quantity, avg_cost, current_price, market_value)
SELECT id, 'Growth', 'S' || (n * 7 + k * 33) % 500, 1 + (n * k % 97) / 8.0, 50 + k, 55 + k, 0
FROM person, generate_series(1, 15) k;
INSERT INTO portfolio_position (user_id, symbol, quantity, avg_price, account, sync_source)
SELECT id, 'S' || (n * 7 + k * 33) % 500, 3, 50, 'Other', 'csv' FROM person, generate_series(1, 3) k;
INSERT INTO watchlists (owner_id, name) SELECT id, 'All' FROM person WHERE n % 5 = 0;
INSERT INTO watchlist_items (watchlist_id, symbol)
SELECT w.id, 'S' || (p.n * 3 + k * 41) % 500 FROM watchlists w JOIN person p ON p.id = w.owner_id, generate_series(1, 10) k;
INSERT INTO manual_trade_logs (user_id, symbol, trade_type, entry_price, quantity, total_value, trade_date, execution_time)
SELECT id, 'S' || n % 500, CASE WHEN n % 3 = 0 THEN 'short' ELSE 'buy' END, 50, 10, 500, '2026-01-01', '2026-01-01' FROM person;
SQL
fi
# A token for prices, as the program would make one.
token=$(python3 -c 'import base64, hashlib, secrets
body = "smp_" + secrets.token_urlsafe(32)
print(body + base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).decode()[:6])')
hash=$(printf %s "$token" | sha256sum | cut -d' ' -f1)
ask "INSERT INTO user_preferences (user_id, api_access_enabled) SELECT id, true FROM users WHERE email = 'person1@example.com' ON CONFLICT DO NOTHING" >/dev/null
ask "INSERT INTO personal_tokens (user_id, name, token_hash, ending, scopes, expires_at)
     SELECT id, 'bench', '$hash', right('$token', 4), '{prices:write}', now() + interval '1 day' FROM users WHERE email = 'person1@example.com'" >/dev/null

# The program's side: how many ms the request takes, with prices around this number.
ours() {
    python3 - "$1" >"$folder/body" <<'PY'
import datetime, json, sys
now = datetime.datetime.now(datetime.timezone.utc).isoformat()
prices = [{"symbol": f"S{n}", "currency": "USD", "price": f"{int(sys.argv[1]) + n / 100:.4f}", "previousClose": "55", "time": now} for n in range(500)]
print(json.dumps({"query": "mutation ($input: UpdatePricesInput!) { updatePrices(input: $input) { taken portfolios results { holdings positions watchlistItems tradeLogs } } }",
    "variables": {"input": {"source": "bench", "prices": prices}}}))
PY
    curl -s -o "$folder/answer" -w '%{time_total}' -H "authorization: Bearer $token" -H 'content-type: application/json' \
        --data-binary @"$folder/body" "http://127.0.0.1:$port/graphql" | awk '{ print $1 * 1000 }'
    grep -q '"taken":500,"portfolios":10000' "$folder/answer" || { head -c 600 "$folder/answer" >&2; exit 1; }
}

# The bare side: the same figures of the same rows, one UPDATE for each table, and how many ms from BEGIN to COMMIT.
bare() {
    psql "$database" -AtXq -v ON_ERROR_STOP=1 <<SQL
SET session_replication_role = replica;
CREATE TEMP TABLE price AS SELECT 'S' || n AS symbol, round($1 + n / 100.0, 4) AS price, 55::numeric AS close, now() AS as_of FROM generate_series(0, 499) n;
ANALYZE price;
SELECT clock_timestamp() AS began \\gset
BEGIN;
UPDATE portfolio_holdings h SET current_price = p.price, price_as_of = p.as_of, market_value = round(h.quantity * p.price, 2),
    total_gain_loss = round(h.quantity * p.price, 2) - round(h.quantity * h.avg_cost, 2),
    total_gain_loss_percent = round((round(h.quantity * p.price, 2) - round(h.quantity * h.avg_cost, 2)) * 100 / round(h.quantity * h.avg_cost, 2), 4),
    day_gain_loss = round(h.quantity * (p.price - p.close), 2), day_gain_loss_percent = round((p.price - p.close) * 100 / p.close, 4),
    day_as_of = p.as_of, last_updated = p.as_of
FROM price p JOIN portfolio_summary s ON s.currency = 'USD' WHERE h.symbol = p.symbol AND s.user_id = h.user_id AND s.vault_id = h.vault_id;
UPDATE portfolio_position q SET current_price = p.price, price_as_of = p.as_of, last_updated = p.as_of
FROM price p WHERE q.symbol = p.symbol AND q.currency = 'USD';
UPDATE watchlist_items i SET price = p.price, price_as_of = p.as_of, currency = 'USD' FROM price p WHERE i.symbol = p.symbol;
UPDATE manual_trade_logs t SET current_price = p.price, price_as_of = p.as_of, updated_at = p.as_of,
    unrealized_pnl = round((CASE WHEN t.trade_type = 'short' THEN t.entry_price - p.price ELSE p.price - t.entry_price END) * t.quantity, 2),
    unrealized_pnl_percent = round(round((CASE WHEN t.trade_type = 'short' THEN t.entry_price - p.price ELSE p.price - t.entry_price END) * t.quantity, 2) * 100 / t.total_value, 4)
FROM price p WHERE t.symbol = p.symbol AND t.currency = 'USD' AND t.status = 'open';
UPDATE portfolio_summary s SET portfolio_value = f.value + s.cash_balance, invested_amount = f.cost, total_gain_loss = f.gain,
    total_gain_loss_percent = round(f.gain * 100 / f.cost, 4), day_gain_loss = f.day, number_of_holdings = f.holdings,
    day_gain_loss_percent = round(f.day * 100 / (f.value - f.day), 4), price_as_of = f.as_of, day_as_of = f.as_of, last_updated = f.as_of
FROM (
    SELECT user_id, vault_id, sum(market_value) AS value, sum(round(quantity * avg_cost, 2)) AS cost, sum(total_gain_loss) AS gain,
        sum(day_gain_loss) AS day, count(*) AS holdings, min(price_as_of) AS as_of
    FROM portfolio_holdings GROUP BY user_id, vault_id
) f WHERE f.user_id = s.user_id AND f.vault_id = s.vault_id;
COMMIT;
SELECT extract(epoch FROM clock_timestamp() - :'began'::timestamptz) * 1000;
SQL
}

median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
# Both begin with tables as tidy as the other's.
tidy() { psql "$database" -Xqc 'VACUUM portfolio_holdings, portfolio_position, portfolio_summary, watchlist_items, manual_trade_logs' -c CHECKPOINT; }
: >"$folder/bare" && : >"$folder/ours" && : >"$folder/ratios"
psql "$database" -Xqc 'VACUUM ANALYZE'
bare 60 >/dev/null && tidy && ours 61 >/dev/null && tidy
for round in $(seq "$rounds"); do
    price=$((60 + round * 2 % 40))
    if ((round % 2)); then bare=$(bare $price) && tidy && ours=$(ours $((price + 1))) && tidy
    else ours=$(ours $price) && tidy && bare=$(bare $((price + 1))) && tidy; fi
    echo "$bare" >>"$folder/bare" && echo "$ours" >>"$folder/ours" && awk "BEGIN { print $ours / $bare }" >>"$folder/ratios"
done
printf '%s, %s cores, PostgreSQL %s, %s rounds, %s holdings\n' "$(date -u +%F)" "$(nproc)" \
    "$(ask 'SHOW server_version')" "$rounds" "$(ask 'SELECT count(*) FROM portfolio_holdings')"
printf '%-34s %10s %18s %8s\n' "500 prices" "bare (ms)" "updatePrices (ms)" ratio
printf '%-34s %10.0f %18.0f %8.2f\n' "all of it" "$(median <"$folder/bare")" "$(median <"$folder/ours")" "$(median <"$folder/ratios")"
