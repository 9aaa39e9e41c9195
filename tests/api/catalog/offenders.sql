-- Everything that breaks a rule for all tables, as sentences.
WITH tables AS (
    SELECT c.oid, c.relname AS name, c.relrowsecurity, c.relforcerowsecurity
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'seaql_migrations'
),
keys AS (
    SELECT k.conname AS name, k.contype, t.name AS table_name, k.conrelid, k.conkey,
        cardinality(k.conkey) AS width,
        (SELECT string_agg(a.attname, '_' ORDER BY x.place)
         FROM unnest(k.conkey) WITH ORDINALITY x (number, place)
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.number) AS columns
    FROM pg_constraint k JOIN tables t ON t.oid = k.conrelid
    WHERE k.contype IN ('p', 'u', 'f', 'c')
),
indexes AS (
    SELECT i.indexrelid::regclass AS name, t.name AS table_name, i.indrelid, i.indisunique, i.indisprimary, c.relam,
        string_to_array(i.indkey::text, ' ') AS columns, i.indexprs IS NOT NULL AS computed,
        coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS condition,
        EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype = 'u') AS is_key,
        (SELECT string_agg(a.attname, '_' ORDER BY x.place)
         FROM unnest(string_to_array(i.indkey::text, ' ')) WITH ORDINALITY x (number, place)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = x.number::smallint) AS words
    FROM pg_index i JOIN tables t ON t.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
),
triggers AS (
    SELECT g.tgrelid, p.proname FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid WHERE NOT g.tgisinternal
),
touched (function_name, column_name) AS (
    VALUES ('touch_updated_at', 'updated_at'), ('touch_last_updated', 'last_updated')
),
policies AS (
    SELECT p.polname AS name, t.name AS table_name,
        concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) AS rule
    FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
),
definers AS (
    SELECT p.oid, p.proname AS name, p.proowner::regrole::text AS owner, coalesce(array_to_string(p.proconfig, ' '), '') AS settings
    FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
)
SELECT format('constraint %s of %s should be called %s', name, table_name, wanted)
FROM (
    SELECT name, contype, table_name, width, CASE contype
        WHEN 'p' THEN table_name || '_pkey'
        WHEN 'u' THEN table_name || '_' || columns || '_key'
        WHEN 'f' THEN table_name || '_' || columns || '_fkey'
        ELSE table_name || '_' || columns || '_check' END AS wanted
    FROM keys
) named
-- A check over several columns is called after the rule or its first column.
WHERE name <> wanted AND NOT (contype = 'c' AND width > 1 AND name LIKE table_name || '\_%\_check')
UNION ALL
SELECT format('index %s of %s should be called idx_%s_%s', name, table_name, table_name, words)
FROM indexes
WHERE NOT indisprimary AND NOT is_key AND NOT computed AND name::text <> 'idx_' || table_name || '_' || words
UNION ALL
SELECT format('index %s is covered by %s', a.name, b.name)
FROM indexes a JOIN indexes b ON a.indrelid = b.indrelid AND a.name <> b.name AND a.relam = b.relam
WHERE NOT a.indisunique AND NOT a.computed AND NOT b.computed
    AND b.condition IN ('', a.condition) AND b.columns[1:cardinality(a.columns)] = a.columns
UNION ALL
SELECT format('index %s is on a lone boolean', i.name)
FROM indexes i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum::text = i.columns[1]
WHERE cardinality(i.columns) = 1 AND a.atttypid = 'boolean'::regtype
UNION ALL
SELECT format('no index begins with a column of the foreign key %s', k.name)
FROM keys k
WHERE k.contype = 'f' AND NOT EXISTS (
    SELECT FROM indexes i WHERE i.indrelid = k.conrelid AND i.columns[1] = ANY (k.conkey::text[])
)
UNION ALL
SELECT format('table %s has no comment that is a sentence', name)
FROM tables WHERE coalesce(obj_description(oid, 'pg_class'), '') NOT LIKE '_%.'
UNION ALL
SELECT format('column %s.%s has no comment that is a sentence', t.name, a.attname)
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE coalesce(col_description(t.oid, a.attnum), '') NOT LIKE '_%.'
UNION ALL
SELECT format('table %s has the trigger %s without its column', t.name, g.proname)
FROM tables t JOIN triggers g ON g.tgrelid = t.oid JOIN touched w ON w.function_name = g.proname
WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = w.column_name)
UNION ALL
SELECT format('table %s has no trigger that maintains %s', t.name, w.column_name)
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid JOIN touched w ON w.column_name = a.attname
WHERE NOT EXISTS (SELECT FROM triggers g WHERE g.tgrelid = t.oid AND g.proname = w.function_name)
UNION ALL
SELECT format('table %s does not force row-level security', name)
FROM tables WHERE NOT (relrowsecurity AND relforcerowsecurity)
UNION ALL
SELECT format('table %s has no policy', name)
FROM tables WHERE name NOT IN (SELECT table_name FROM policies)
UNION ALL
SELECT format('policy %s should be called %s_ and whom it is for', name, table_name)
FROM policies WHERE name NOT LIKE table_name || '\_%'
UNION ALL
SELECT format('policy %s reads the scope outside a subselect, once for each row', name)
FROM policies
WHERE regexp_replace(rule, 'SELECT (public\.)?scope_\w+\(\)', '', 'g') ~ 'scope_\w+\(' OR rule ~ 'current_setting'
UNION ALL
SELECT format('the server may read %s', hidden)
FROM unnest(ARRAY['seaql_migrations', 'sign_in_attempts', 'used_refresh_tokens', 'one_time_tokens', 'personal_token_calls']) hidden
WHERE has_any_column_privilege('stackmotive_app', 'public.' || hidden, 'SELECT')
UNION ALL
SELECT 'the server may use the schema of the partitions'
WHERE has_schema_privilege('stackmotive_app', 'partitions', 'USAGE')
UNION ALL
SELECT format('function %s is called with its owner''s rights, but %s', name, fault)
FROM definers, LATERAL (VALUES
    ('has no search_path of its own', settings !~ 'search_path='),
    ('everybody may call it', has_function_privilege('public', oid, 'EXECUTE')),
    ('does not belong to stackmotive_auth', owner <> 'stackmotive_auth' AND name <> 'ensure_partitions')
) faults (fault, is_so)
WHERE is_so
UNION ALL
SELECT format('the role %s passes row-level security', rolname)
FROM pg_roles
WHERE rolname IN ('stackmotive_app', 'stackmotive_auth') AND (rolsuper OR rolbypassrls)
UNION ALL
SELECT 'agent_memory is not partitioned'
WHERE NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'public.agent_memory'::regclass)
UNION ALL
SELECT 'prices is not partitioned'
WHERE NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'public.prices'::regclass)
