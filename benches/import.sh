#!/usr/bin/env bash
# What an import costs: 10,000 rows through `importPositions` as a file, against a bare COPY and upsert of the same rows
# into portfolio_position by the same role in the same scope, in turns.
#
#     benches/import.sh "postgres:///stackmotive?host=/run/postgresql&user=postgres" target/release/stackmotive [ROUNDS] [ROWS]
#
# The address is a superuser's, of a migrated database that nobody else uses; what is imported stays, so take a copy.
# Where it has been served before, STACKMOTIVE_KEYS are its keys.
# It needs psql, curl and openssl, serves on port 8719, and prints medians, and of the paired ratios. "new" imports into an
# account that was empty, "changed" the same symbols with other prices and quantities.
set -euo pipefail
database=$1 binary=$2 rounds=${3:-9} rows=${4:-10000}
folder=$(mktemp -d)
server=0
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

ask() { psql "$database" -AtXqc "$1"; }
# Two people: one whose rows come through the server, one whose are copied. A session is a row, with its token's hash.
token=$(openssl rand -hex 32)
# A hash of no password: nobody signs in with it.
nobodys="\$2b\$12\$$(printf 'a%.0s' $(seq 53))"
people() {
    ask "INSERT INTO users (id, email, hashed_password) VALUES ('$1', '$1@example.com', '$nobodys') ON CONFLICT DO NOTHING"
}
imports=$(cat /proc/sys/kernel/random/uuid) copies=$(cat /proc/sys/kernel/random/uuid)
people "$imports" && people "$copies"
ask "INSERT INTO user_sessions (id, user_id, session_token, expires_at, access_expires_at)
     VALUES (gen_random_uuid(), '$imports', '$(printf %s "$token" | sha256sum | cut -d' ' -f1)', now() + interval '1 day', now() + interval '1 day')" >/dev/null

DATABASE_URL=$database STACKMOTIVE_KEYS=${STACKMOTIVE_KEYS:-$("$binary" keys new)} STACKMOTIVE_BUDGET_PERCENT=100000 \
    "$binary" serve --listen 127.0.0.1:8719 >"$folder/log" 2>&1 &
server=$!
for _ in $(seq 100); do curl -sf http://127.0.0.1:8719/readyz >/dev/null && break; sleep 0.1; done

file() {
    awk -v rows="$rows" -v more="$1" 'BEGIN {
        print "Symbol,Name,Quantity,Avg Price,Current Price,Asset Class,Currency"
        for (row = 0; row < rows; row++) printf "S%d,Company %d,%d.5,%d.25,%d.75,Stock,USD\n", row, row, 1 + row % 90 + more, 10 + row % 500, 12 + row % 500 + more
    }' >"$folder/file.csv"
}
query='mutation ($input: ImportPositionsInput!) { importPositions(input: $input) { counts { created updated failed } } }'
# How many ms the server takes for the file.
import() {
    curl -s -o "$folder/answer" -w '%{time_total}\n' http://127.0.0.1:8719/graphql -H "Authorization: Bearer $token" \
        -F operations="{\"query\":\"$query\",\"variables\":{\"input\":{\"file\":null,\"account\":\"$1\"}}}" \
        -F 'map={"0":["variables.input.file"]}' -F "0=@$folder/file.csv" | awk '{ print $1 * 1000 }'
    grep -q "\"$2\":$rows," "$folder/answer" || { cat "$folder/answer" >&2; exit 1; }
}
# How many ms COPY and upsert take, from BEGIN to behind COMMIT.
copy() {
    psql "$database" -AtXq -v ON_ERROR_STOP=1 <<SQL
SET ROLE stackmotive_app;
SELECT clock_timestamp() AS began \\gset
BEGIN;
SET LOCAL stackmotive.user_id = '$copies';
CREATE TEMP TABLE given (symbol text, name text, quantity numeric, avg_price numeric, price numeric, class text, currency text) ON COMMIT DROP;
\\copy given FROM '$folder/file.csv' CSV HEADER
INSERT INTO portfolio_position (id, user_id, symbol, name, quantity, avg_price, current_price, asset_class, account, currency, sync_source)
SELECT gen_random_uuid(), '$copies', symbol, name, quantity, avg_price, price, 'equity', '$1', currency, 'csv' FROM given
ON CONFLICT ON CONSTRAINT portfolio_position_user_id_symbol_account_key DO UPDATE SET
    name = excluded.name, quantity = excluded.quantity, avg_price = excluded.avg_price, current_price = excluded.current_price,
    asset_class = excluded.asset_class, currency = excluded.currency, sync_source = excluded.sync_source;
COMMIT;
SELECT extract(epoch FROM clock_timestamp() - :'began'::timestamptz) * 1000;
SQL
}

printf '%s, %s cores, PostgreSQL %s, %s rounds of %s rows\n' "$(date -u +%F)" "$(nproc)" "$(ask 'SHOW server_version')" "$rounds" "$rows"
printf '%-10s %20s %14s %8s\n' rows "COPY, upsert (ms)" "import (ms)" ratio
for round in $(seq 0 "$rounds"); do
    for kind in new changed; do
        if [ $kind = new ]; then file "$round"; else file "$((round + 1))"; fi
        [ $kind = new ] && action=created || action=updated
        if ((round % 2)); then bare=$(copy "A$round") whole=$(import "A$round" $action)
        else whole=$(import "A$round" $action) bare=$(copy "A$round"); fi
        # The first round warms up.
        if ((round > 0)); then
            echo "$bare" >>"$folder/$kind-bare" && echo "$whole" >>"$folder/$kind-whole"
            awk "BEGIN { print $whole / $bare }" >>"$folder/$kind-ratios"
        fi
    done
done
for kind in new changed; do
    printf '%-10s %20.0f %14.0f %8.2f\n' $kind "$(median <"$folder/$kind-bare")" "$(median <"$folder/$kind-whole")" "$(median <"$folder/$kind-ratios")"
done
awk '/VmHWM/ { printf "peak memory of the server: %d MB\n", $2 / 1024 }' "/proc/$server/status"
