#!/usr/bin/env bash
# What row-level security costs: the statements of the dashboard, of the journal and of a write, once as the server's
# role with its policies, once as a superuser past them, in turns. Both carry the conditions of src/access.rs and set
# the same scope, so the difference is the policies alone.
#
#     benches/row_level_security.sh "postgres:///stackmotive?host=/run/postgresql&user=postgres" [SECONDS]
#
# The address is a superuser's, of a migrated and seeded database (stackmotive seed --users 200). What the write adds
# stays, so take a copy. It needs psql and pgbench, and prints medians.
set -euo pipefail
database=$1 seconds=${2:-30}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

ask() { psql "$database" -AtXqc "$1"; }
# The person with the most holdings who also writes a journal.
user=$(ask "SELECT h.user_id FROM portfolio_holdings h WHERE EXISTS (SELECT FROM journal_entries j WHERE j.user_id = h.user_id)
            GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")
[ -n "$user" ] || { echo "Nobody has holdings and a journal here: run \`stackmotive seed\` first." >&2; exit 1; }

scope="BEGIN;
SET LOCAL stackmotive.user_id = '$user';"
cat >"$folder/dashboard.sql" <<SQL
$scope
SELECT t0.* FROM portfolio_summary t0 WHERE t0.user_id = '$user' ORDER BY t0.created_at DESC, t0.id DESC LIMIT 26;
SELECT page.*, parent.ordinal
FROM unnest(ARRAY(SELECT p.user_id FROM portfolio_summary p WHERE p.user_id = '$user' ORDER BY p.id),
            ARRAY(SELECT p.vault_id FROM portfolio_summary p WHERE p.user_id = '$user' ORDER BY p.id))
    WITH ORDINALITY AS parent (k0, k1, ordinal)
CROSS JOIN LATERAL (
    SELECT t0.* FROM portfolio_holdings t0
    WHERE t0.user_id = parent.k0 AND t0.vault_id = parent.k1 AND t0.user_id = '$user'
    ORDER BY t0.symbol, t0.id LIMIT 26
) page ORDER BY parent.ordinal, page.symbol, page.id;
COMMIT;
SQL
cat >"$folder/journal.sql" <<SQL
$scope
SELECT t0.* FROM journal_entries t0 WHERE t0.user_id = '$user' AND (t0.user_id = '$user' OR t0.is_public)
ORDER BY t0.entry_date DESC, t0.id DESC LIMIT 26;
SELECT t0.* FROM manual_trade_logs t0 WHERE t0.user_id = '$user' AND t0.journal_entry_id = ANY (ARRAY(
    SELECT j.id FROM journal_entries j WHERE j.user_id = '$user' ORDER BY j.entry_date DESC, j.id DESC LIMIT 25));
SELECT t0.* FROM trade_analysis t0 WHERE t0.user_id = '$user' AND t0.trade_log_id = ANY (ARRAY(
    SELECT l.id FROM manual_trade_logs l WHERE l.user_id = '$user' ORDER BY l.trade_date DESC, l.id DESC LIMIT 25));
COMMIT;
SQL
cat >"$folder/write.sql" <<SQL
$scope
INSERT INTO journal_entries (id, user_id, content, entry_date) VALUES (gen_random_uuid(), '$user', 'Bought because it fell.', now());
INSERT INTO manual_trade_logs (id, user_id, symbol, trade_type, entry_price, quantity, total_value, trade_date, execution_time)
VALUES (gen_random_uuid(), '$user', 'FPH', 'buy', 20, 50, 1000, now(), now());
INSERT INTO agent_memory (user_id, block_id, action, context, session_id)
VALUES ('$user', 'journaling', 'journal_entry_created', 'An entry was written.', '$user');
COMMIT;
SQL

# Both roles in turns at random over one connection, transaction by transaction, so that whatever else the machine does
# meets both alike. The role is said in the transaction, which costs both one more round trip.
measure() {
    sed "2i SET LOCAL ROLE $owner;" "$folder/$1.sql" >"$folder/$1-without.sql"
    sed "2i SET LOCAL ROLE stackmotive_app;" "$folder/$1.sql" >"$folder/$1-with.sql"
    (cd "$folder" && rm -f pgbench_log.* &&
        PGOPTIONS="-c plan_cache_mode=force_generic_plan" pgbench "$database" -n -c 1 -T "$seconds" -M prepared --log \
            -f "$1-without.sql" -f "$1-with.sql" >told 2>errors) || { cat "$folder/errors" >&2; exit 1; }
    # The log says when each transaction ended, in seconds and microseconds (5, 6), and of which script it was (4). With
    # one client the time between two ends is the later one's; the log's own latency is 0 for the quickest.
    cat "$folder"/pgbench_log.* | awk 'NR > 1 { printf "%d %d\n", $4, ($5 - s) * 1000000 + $6 - us } { s = $5; us = $6 }' \
        >"$folder/times"
    for script in 0 1; do
        awk -v script="$script" '$1 == script { print $2 }' "$folder/times" | sort -n >"$folder/times-$script"
    done
    awk -v name="$1" -v count="$(cat "$folder"/times-? | wc -l)" -v without="$(part 0 2)" -v with="$(part 1 2)" \
        -v least_without="$(part 0 10)" -v least_with="$(part 1 10)" 'BEGIN {
            printf "%-10s %8d %14.3f %14.3f %8.2f %20.2f\n", name, count, without / 1000, with / 1000, with / without,
                least_with / least_without
        }'
}
# The time that one in so many transactions of a script stays below: 2 for the median.
part() { sed -n "$((($(wc -l <"$folder/times-$1") + $2 - 1) / $2))p" "$folder/times-$1"; }

owner=$(ask 'SELECT quote_ident(current_user)')
printf '%s, %s cores, PostgreSQL %s, %s s each\n' "$(date -u +%F)" "$(nproc)" "$(ask 'SHOW server_version')" "$seconds"
printf '%-10s %8s %14s %14s %8s %20s\n' what times "without (ms)" "with (ms)" ratio "of the fastest tenth"
for script in dashboard journal write; do measure "$script"; done
