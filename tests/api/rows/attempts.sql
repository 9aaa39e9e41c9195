-- What somebody with raw SQL, as the application's role and in one user's scope, reaches of other people's rows: tried
-- with every table, column and foreign key that the catalogue knows, so that a new one is tried too.
--
-- Anybody can repeat it, on any migrated database with at least two people in it; nothing that it writes stays:
--
--     psql "$DATABASE_URL" -f tests/api/rows/attempts.sql
--
-- The person is the first user; another one is named by  -c "SET stackmotive.probe = '<uuid>'"  before the file.
-- Each line of the answer is a table, what was tried, and what came of it; the last line says how many reached something.

BEGIN;
-- Where the connection was opened as another role, such as the tables' owner.
SET LOCAL ROLE stackmotive_app;

CREATE TEMP TABLE attempts (table_name text, attempt text, tried integer, reached integer, answer text) ON COMMIT DROP;

-- In whose name the next statement works. Whoever may run SQL as this role may say so: that is the boundary of trust.
CREATE FUNCTION pg_temp.enter(who uuid, is_system boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('stackmotive.user_id', coalesce(who::text, ''), true),
        set_config('stackmotive.system', CASE WHEN is_system THEN 'on' ELSE '' END, true),
        set_config('stackmotive.admin', '', true);
END
$$;

-- A digest of all rows of a table that are not the person's, as the system sees them.
CREATE FUNCTION pg_temp.digest(table_name text, foreign_rows text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE format('SELECT coalesce(md5(string_agg(t::text, '','' ORDER BY t::text)), ''none'') FROM public.%I t WHERE %s',
        table_name, foreign_rows) INTO found;
    RETURN found;
END
$$;

-- Tries a statement in the person's scope and takes it back. Reached are foreign rows that it returned (`returned`: it
-- answers one count) or changed (`changed`), and `refused` has to fail. `walled` has to fail before any key is looked at: a
-- value that is taken is found only by a row that has passed the policies.
CREATE FUNCTION pg_temp.try(
    p_me uuid, p_table text, p_foreign text, p_attempt text, p_kind text, p_sql text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    before text;
    counted bigint := 0;
    said text;
    is_bad boolean := false;
BEGIN
    PERFORM pg_temp.enter(NULL, true);
    before := pg_temp.digest(p_table, p_foreign);
    BEGIN
        PERFORM pg_temp.enter(p_me, false);
        IF p_kind = 'returned' THEN
            EXECUTE p_sql INTO counted;
            said := counted || ' rows';
            is_bad := counted > 0;
        ELSE
            EXECUTE p_sql;
            GET DIAGNOSTICS counted = ROW_COUNT;
            said := counted || ' rows';
            is_bad := p_kind IN ('refused', 'walled', 'nothing') AND counted > 0;
        END IF;
        PERFORM pg_temp.enter(NULL, true);
        is_bad := is_bad OR pg_temp.digest(p_table, p_foreign) <> before;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = said;
    EXCEPTION
        WHEN SQLSTATE 'ZZ000' THEN NULL;
        WHEN OTHERS THEN
            said := SQLSTATE || ' ' || SQLERRM;
            is_bad := is_bad OR (p_kind = 'walled' AND SQLSTATE = '23505') OR SQLSTATE NOT IN ('42501', '23503', '23505', '23514', '23502', '0A000', '42809', '55000');
    END;
    INSERT INTO attempts VALUES (p_table, p_attempt, 1, is_bad::integer, said);
END
$$;

-- Which rows of a table are not the person's: neither theirs, nor shared with them, nor public.
CREATE FUNCTION pg_temp.foreign_rows(p_table text, p_me uuid) RETURNS text LANGUAGE sql AS $$
    SELECT CASE
        WHEN p_table = 'users' THEN format('t.id <> %L', p_me)
        -- Nobody's own.
        WHEN p_table IN ('audit_log', 'rate_limits', 'jobs') THEN 'true'
        -- Everybody's to read; that nobody writes them is tried where prices are.
        WHEN p_table IN ('prices', 'latest_prices') THEN 'false'
        WHEN p_table = 'watchlists' THEN format('t.owner_id <> %1$L AND NOT t.is_public AND NOT EXISTS
            (SELECT FROM public.watchlist_shares s WHERE s.watchlist_id = t.id AND s.shared_with_id = %1$L)', p_me)
        WHEN p_table = 'watchlist_items' THEN format('NOT EXISTS
            (SELECT FROM public.watchlists w WHERE w.id = t.watchlist_id AND (w.owner_id = %1$L OR w.is_public))
            AND NOT EXISTS
            (SELECT FROM public.watchlist_shares s WHERE s.watchlist_id = t.watchlist_id AND s.shared_with_id = %1$L)', p_me)
        WHEN p_table = 'watchlist_shares' THEN format('%L NOT IN (t.owner_id, t.shared_with_id)', p_me)
        WHEN p_table = 'journal_entries' THEN format('t.user_id <> %L AND NOT t.is_public', p_me)
        -- A table without this column fails here: give it its line above.
        ELSE format('t.user_id <> %L', p_me)
    END
$$;

-- A new id, for the tables whose rows have one.
CREATE FUNCTION pg_temp.new_id(p_table oid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = p_table AND attname = 'id')
        THEN jsonb_build_object('id', gen_random_uuid()) ELSE '{}' END
$$;

DO $$
DECLARE
    me uuid;
    target record;
    foreign_rows text;
    foreign_id text;
    own_id text;
    foreign_row jsonb;
    own_row jsonb;
    owner_column text;
    a_column record;
    a_key record;
    parent_key text[];
    expression text;
    harder record;
    key_column text;
BEGIN
    PERFORM pg_temp.enter(NULL, true);
    SELECT coalesce(nullif(current_setting('stackmotive.probe', true), '')::uuid, min(id::text)::uuid) INTO me FROM public.users;

    FOR target IN
        SELECT c.oid, c.relname::text AS name, has_table_privilege(c.oid, 'SELECT') AS is_open
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 2
    LOOP
        IF NOT target.is_open THEN
            FOREACH expression IN ARRAY ARRAY[
                'SELECT count(*) FROM public.%I', 'UPDATE public.%I SET ctid = ctid', 'DELETE FROM public.%I',
                'INSERT INTO public.%I DEFAULT VALUES', 'TRUNCATE public.%I'
            ] LOOP
                BEGIN
                    PERFORM pg_temp.enter(me, false);
                    EXECUTE format(expression, target.name);
                    INSERT INTO attempts VALUES (target.name, expression, 1, 1, 'it was done');
                EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_column THEN
                    INSERT INTO attempts VALUES (target.name, format(expression, target.name), 1, 0, SQLERRM);
                END;
            END LOOP;
            CONTINUE;
        END IF;

        PERFORM pg_temp.enter(NULL, true);
        foreign_rows := pg_temp.foreign_rows(target.name, me);
        owner_column := CASE
            WHEN target.name = 'users' THEN 'id'
            WHEN target.name IN ('watchlists', 'watchlist_shares') THEN 'owner_id'
            WHEN target.name IN ('watchlist_items', 'audit_log', 'rate_limits', 'jobs', 'latest_prices', 'prices') THEN NULL
            ELSE 'user_id' END;
        SELECT a.attname::text INTO STRICT key_column
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.conrelid = target.oid AND k.contype = 'p';
        IF target.name IN ('audit_log', 'rate_limits', 'jobs', 'latest_prices', 'prices') THEN
            foreign_row := NULL; own_row := NULL; foreign_id := '00000000-0000-7000-8000-000000000001'; own_id := NULL;
        ELSE
            EXECUTE format('SELECT to_jsonb(t), t.%I::text FROM public.%I t WHERE %s LIMIT 1', key_column, target.name, foreign_rows)
                INTO foreign_row, foreign_id;
            PERFORM pg_temp.enter(me, false);
            EXECUTE format('SELECT to_jsonb(t), t.%I::text FROM public.%I t WHERE %s LIMIT 1', key_column, target.name,
                CASE target.name
                    WHEN 'watchlist_items' THEN format('t.watchlist_id IN (SELECT id FROM public.watchlists WHERE owner_id = %L)', me)
                    ELSE format('t.%I = %L', owner_column, me) END) INTO own_row, own_id;
            IF foreign_id IS NULL OR own_id IS NULL THEN
                INSERT INTO attempts VALUES (target.name, 'a row of one''s own and one of somebody else''s', 0, 0,
                    'missing: nothing was tried');
                CONTINUE;
            END IF;
        END IF;

        -- Reading.
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'SELECT all', 'returned',
            format('SELECT count(*) FROM public.%I t WHERE %s', target.name, foreign_rows));
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'SELECT by id', 'returned',
            format('SELECT count(*) FROM public.%I WHERE %I = %L', target.name, key_column, foreign_id));
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'SELECT with row_security off', 'returned',
            format('SELECT count(*) FROM (SELECT set_config(''row_security'', ''off'', true)) o, public.%I WHERE %I = %L', target.name, key_column, foreign_id));
        FOREACH expression IN ARRAY ARRAY['UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE'] LOOP
            PERFORM pg_temp.try(me, target.name, foreign_rows, 'SELECT FOR ' || expression, 'returned',
                format('SELECT count(*) FROM (SELECT 1 FROM public.%I WHERE %I = %L FOR %s) l', target.name, key_column, foreign_id, expression));
        END LOOP;
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'SELECT through a view of one''s own', 'returned',
            format('WITH v AS MATERIALIZED (SELECT * FROM public.%I) SELECT count(*) FROM v t WHERE %s', target.name, foreign_rows));

        -- Changing and deleting.
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'DELETE by id', 'nothing',
            format('DELETE FROM public.%I WHERE %I = %L', target.name, key_column, foreign_id));
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'DELETE USING', 'nothing',
            format('DELETE FROM public.%I t USING (VALUES (%L)) v (key) WHERE t.%I::text = v.key', target.name, foreign_id, key_column));
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'DELETE RETURNING', 'returned',
            format('WITH d AS (DELETE FROM public.%I t WHERE %s RETURNING 1) SELECT count(*) FROM d', target.name, foreign_rows));
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'DELETE without a condition', 'changed',
            format('DELETE FROM public.%I', target.name));
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'TRUNCATE', 'refused', format('TRUNCATE public.%I CASCADE', target.name));
        FOR a_column IN
            SELECT a.attname::text AS name FROM pg_attribute a WHERE a.attrelid = target.oid AND a.attnum > 0 AND NOT a.attisdropped
        LOOP
            PERFORM pg_temp.try(me, target.name, foreign_rows, format('UPDATE %s by id', a_column.name), 'nothing',
                format('UPDATE public.%1$I SET %2$I = %2$I WHERE %4$I = %3$L', target.name, a_column.name, foreign_id, key_column));
            PERFORM pg_temp.try(me, target.name, foreign_rows, format('UPDATE %s of all', a_column.name), 'changed',
                format('UPDATE public.%1$I SET %2$I = %2$I', target.name, a_column.name));
        END LOOP;
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'UPDATE FROM … RETURNING', 'returned',
            format('WITH u AS (UPDATE public.%1$I t SET %3$I = t.%3$I FROM (VALUES (%2$L)) v (key) WHERE t.%3$I::text = v.key RETURNING t.*)
                    SELECT count(*) FROM u', target.name, foreign_id, key_column));
        IF current_setting('server_version_num')::integer >= 150000 THEN
            PERFORM pg_temp.try(me, target.name, foreign_rows, 'MERGE … UPDATE', 'nothing',
                format('MERGE INTO public.%1$I t USING (VALUES (%2$L)) v (key) ON t.%3$I::text = v.key WHEN MATCHED THEN UPDATE SET %3$I = t.%3$I', target.name, foreign_id, key_column));
            PERFORM pg_temp.try(me, target.name, foreign_rows, 'MERGE … DELETE', 'nothing',
                format('MERGE INTO public.%1$I t USING (VALUES (%2$L)) v (key) ON t.%3$I::text = v.key WHEN MATCHED THEN DELETE', target.name, foreign_id, key_column));
        END IF;
        CONTINUE WHEN own_row IS NULL;

        -- Writing under somebody else's name: their row with a new id, one's own row with their name, and back.
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'INSERT a copy of a foreign row', 'walled',
            format('INSERT INTO public.%1$I SELECT (jsonb_populate_record(NULL::public.%1$I, %2$L)).*', target.name,
                foreign_row || pg_temp.new_id(target.oid)));
        PERFORM pg_temp.try(me, target.name, foreign_rows, 'INSERT … ON CONFLICT DO UPDATE by id', 'refused',
            format('INSERT INTO public.%1$I SELECT (jsonb_populate_record(NULL::public.%1$I, %2$L)).* ON CONFLICT ON CONSTRAINT %3$I DO UPDATE SET %4$I = excluded.%4$I',
                target.name, own_row || jsonb_build_object(key_column, foreign_id) || CASE WHEN target.name = 'agent_memory' THEN jsonb_build_object('timestamp', foreign_row -> 'timestamp') ELSE '{}' END,
                target.name || '_pkey', key_column));
        FOR a_key IN
            SELECT k.conname::text AS name, array_agg(a.attname::text) AS columns
            FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
            WHERE k.conrelid = target.oid AND k.contype = 'u' GROUP BY k.conname
        LOOP
            PERFORM pg_temp.try(me, target.name, foreign_rows, 'INSERT … ON CONFLICT DO UPDATE by ' || a_key.name, 'refused',
                format('INSERT INTO public.%1$I SELECT (jsonb_populate_record(NULL::public.%1$I, %2$L)).* ON CONFLICT ON CONSTRAINT %3$I DO UPDATE SET %4$I = excluded.%4$I',
                    target.name,
                    own_row || pg_temp.new_id(target.oid) ||
                        (SELECT jsonb_object_agg(c, foreign_row -> c) FROM unnest(a_key.columns) c),
                    a_key.name, key_column));
        END LOOP;
        IF owner_column IS NOT NULL THEN
            PERFORM pg_temp.try(me, target.name, foreign_rows, 'UPDATE one''s own row to a foreign owner', 'refused',
                format('UPDATE public.%1$I SET %2$I = %3$L WHERE %5$I = %4$L', target.name, owner_column, foreign_row ->> owner_column, own_id, key_column));
        END IF;

        -- Naming somebody else's row: each foreign key, once by UPDATE and once by INSERT.
        FOR a_key IN
            SELECT k.conname::text AS name, k.confrelid::regclass::text AS parent, p.relname::text AS parent_name,
                array_agg(a.attname::text ORDER BY x.place) AS columns,
                array_agg(b.attname::text ORDER BY x.place) AS parent_columns
            FROM pg_constraint k
            JOIN pg_class p ON p.oid = k.confrelid
            CROSS JOIN unnest(k.conkey, k.confkey) WITH ORDINALITY x (mine, theirs, place)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.mine
            JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = x.theirs
            WHERE k.conrelid = target.oid AND k.contype = 'f' AND k.conparentid = 0
            GROUP BY 1, 2, 3
        LOOP
            PERFORM pg_temp.enter(NULL, true);
            EXECUTE format('SELECT ARRAY[%s] FROM public.%I t WHERE %s LIMIT 1',
                (SELECT string_agg(format('t.%I::text', c), ', ') FROM unnest(a_key.parent_columns) c),
                a_key.parent_name, pg_temp.foreign_rows(a_key.parent_name, me)) INTO parent_key;
            -- A list is shared with somebody else: that is what a share is. And the stamps of an account are written by
            -- a trigger, whatever a statement says.
            CONTINUE WHEN a_key.name = 'watchlist_shares_shared_with_id_fkey';
            PERFORM pg_temp.try(me, target.name, foreign_rows, 'UPDATE to a foreign row by ' || a_key.name, 'refused',
                format('UPDATE public.%I SET %s WHERE %I = %L AND (%s)', target.name,
                    (SELECT string_agg(format('%I = %L', c, parent_key[i]), ', ') FROM unnest(a_key.columns) WITH ORDINALITY u (c, i)),
                    key_column, own_id, CASE WHEN a_key.name IN ('users_created_by_fkey', 'users_updated_by_fkey') THEN 'false' ELSE 'true' END));
            -- A key of several columns holds the owner; the foreign row under one's own name is the harder attempt.
            SELECT c, parent_key[i] INTO harder FROM unnest(a_key.columns) WITH ORDINALITY u (c, i)
            WHERE c <> owner_column AND cardinality(a_key.columns) > 1 AND own_row ->> c ~ '^[0-9a-f-]{36}$';
            IF FOUND THEN
                PERFORM pg_temp.try(me, target.name, foreign_rows, 'UPDATE to a foreign row under one''s own name by ' || a_key.name, 'refused',
                    format('UPDATE public.%1$I SET %2$I = %3$L WHERE %5$I = %4$L', target.name, harder.c, harder.parent_key, own_id, key_column));
                PERFORM pg_temp.try(me, target.name, foreign_rows, 'INSERT naming a foreign row under one''s own name by ' || a_key.name, 'refused',
                    format('INSERT INTO public.%1$I SELECT (jsonb_populate_record(NULL::public.%1$I, %2$L)).*', target.name,
                        own_row || pg_temp.new_id(target.oid) || jsonb_build_object(harder.c, harder.parent_key)
                            || CASE WHEN own_row ? 'symbol' THEN '{"symbol": "OTHER"}'::jsonb ELSE '{}' END));
            END IF;
            PERFORM pg_temp.try(me, target.name, foreign_rows, 'INSERT naming a foreign row by ' || a_key.name, 'refused',
                format('INSERT INTO public.%1$I SELECT (jsonb_populate_record(NULL::public.%1$I, %2$L)).*', target.name,
                    own_row || pg_temp.new_id(target.oid) ||
                        (SELECT jsonb_object_agg(c, parent_key[i]) FROM unnest(a_key.columns) WITH ORDINALITY u (c, i))));
        END LOOP;
    END LOOP;
    PERFORM pg_temp.enter(NULL, false);
END
$$;

SELECT table_name, attempt, answer, CASE WHEN tried = 0 THEN 'NOT TRIED' WHEN reached = 0 THEN 'held' ELSE 'REACHED' END AS verdict
FROM attempts ORDER BY table_name, attempt;
SELECT count(DISTINCT table_name) AS tables, sum(tried) AS attempts, sum(reached) AS reached FROM attempts;
ROLLBACK;
