-- Each index but the primary keys as a line of indexes.tsv writes it.
SELECT concat_ws(' ',
    t.relname,
    c.relname,
    (SELECT string_agg(
        pg_get_indexdef(i.indexrelid, place, true) || CASE WHEN i.indoption[place - 1] & 1 = 1 THEN ' desc' ELSE '' END,
        ', ' ORDER BY place)
     FROM generate_series(1, i.indnkeyatts) place),
    CASE WHEN i.indisunique THEN 'unique' ELSE m.amname::text END,
    coalesce(pg_get_expr(i.indpred, i.indrelid, true), ''))
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_am m ON m.oid = c.relam
WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> 'seaql_migrations' AND NOT i.indisprimary
