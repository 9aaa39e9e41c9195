-- Each column as a line of columns.tsv writes it.
SELECT concat_ws(' ',
    c.relname,
    a.attname,
    replace(replace(replace(replace(format_type(a.atttypid, a.atttypmod),
        'character varying', 'varchar'),
        'numeric', 'decimal'),
        'timestamp with time zone', 'timestamptz'),
        'time without time zone', 'time'),
    CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END,
    CASE pg_get_expr(d.adbin, d.adrelid)
        WHEN 'gen_random_uuid()' THEN 'uuid'
        WHEN 'now()' THEN 'now'
        ELSE coalesce(btrim(regexp_replace(pg_get_expr(d.adbin, d.adrelid), '::[a-z ]+$', ''), ''''), '')
    END)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'seaql_migrations'
    AND a.attnum > 0 AND NOT a.attisdropped
