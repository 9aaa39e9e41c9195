#!/usr/bin/env bash
# What the audit's triggers cost: an UPDATE of 10,000 holdings with them and without them, in turns.
#
#     benches/audit.sh "postgres:///stackmotive?host=/run/postgresql&user=postgres" [ROUNDS]
#
# The address is that of the tables' owner or a superuser, of a migrated and seeded database (stackmotive seed --users 200).
# Everything is taken back; while it runs, nobody else can write holdings. It prints medians, and of the paired ratios.
set -euo pipefail
database=$1 rounds=${2:-15}
median() { sort -g | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# How many ms an UPDATE takes in a scope: its columns, the scope, and whether the triggers are there.
run() {
    psql "$database" -AtXq -v ON_ERROR_STOP=1 <<SQL
BEGIN;
CREATE TEMP TABLE chosen ON COMMIT DROP AS SELECT id FROM portfolio_holdings ORDER BY id LIMIT 10000;
CREATE UNIQUE INDEX ON chosen (id);
ANALYZE chosen;
$([ "$3" = with ] || echo "ALTER TABLE portfolio_holdings DISABLE TRIGGER portfolio_holdings_changed, DISABLE TRIGGER portfolio_holdings_figures;")
SET LOCAL stackmotive.$2;
SELECT clock_timestamp() AS began \\gset
UPDATE portfolio_holdings h SET $1 FROM chosen c WHERE c.id = h.id;
SELECT extract(epoch FROM clock_timestamp() - :'began'::timestamptz) * 1000;
ROLLBACK;
SQL
}

printf '%s, %s cores, PostgreSQL %s, %s rounds\n' "$(date -u +%F)" "$(nproc)" "$(psql "$database" -AtXqc 'SHOW server_version')" "$rounds"
printf '%-34s %14s %14s %8s\n' "UPDATE of 10,000 holdings" "without (ms)" "with (ms)" ratio
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
measure() {
    : >"$folder/without" && : >"$folder/with" && : >"$folder/ratios"
    for round in $(seq "$rounds"); do
        if ((round % 2)); then without=$(run "$2" "$3" without) with=$(run "$2" "$3" with)
        else with=$(run "$2" "$3" with) without=$(run "$2" "$3" without); fi
        echo "$without" >>"$folder/without" && echo "$with" >>"$folder/with"
        awk "BEGIN { print $with / $without }" >>"$folder/ratios"
    done
    printf '%-34s %14.0f %14.0f %8.2f\n' "$1" "$(median <"$folder/without")" "$(median <"$folder/with")" "$(median <"$folder/ratios")"
}
measure "prices, by the system: not recorded" "current_price = h.current_price + 1, market_value = h.market_value + 10" "system = 'on'"
measure "quantities, by a user: recorded" "quantity = h.quantity + 1" "user_id = '00000000-0000-7000-8000-000000000001'"
