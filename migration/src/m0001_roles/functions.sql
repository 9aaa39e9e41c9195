-- The scope of a transaction, as its settings carry it. Policies call these inside a scalar subselect, where the
-- planner inlines them into an InitPlan: they are read once a statement, not once a row.

CREATE FUNCTION public.scope_user_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('stackmotive.user_id', true), '')::uuid;
COMMENT ON FUNCTION public.scope_user_id() IS 'The user that the transaction works for, null when it works for nobody.';

CREATE FUNCTION public.scope_is_admin() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('stackmotive.admin', true), '') = 'on';
COMMENT ON FUNCTION public.scope_is_admin() IS 'True when the transaction may read what admins read.';

CREATE FUNCTION public.scope_is_system() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('stackmotive.system', true), '') = 'on';
COMMENT ON FUNCTION public.scope_is_system() IS 'True when the transaction is the system''s own work (seed, prices, runners).';

-- The time of a change is when its statement began, not when its transaction began, so that a long transaction does
-- not date its last change back to its start. It always moves on: whoever sends the time that they have seen learns of
-- every later change, even of two within one statement's microsecond.
CREATE FUNCTION public.touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := greatest(statement_timestamp(), OLD.updated_at + interval '1 microsecond');
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.touch_updated_at() IS 'Trigger: a changed row carries the time of the change in updated_at.';

CREATE FUNCTION public.touch_last_updated() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    NEW.last_updated := greatest(statement_timestamp(), OLD.last_updated + interval '1 microsecond');
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.touch_last_updated() IS 'Trigger: a changed row carries the time of the change in last_updated.';

-- A row never passes to another owner: what points at it was checked against the owner it has. The trigger's WHEN
-- compares the old owner with the new one, its argument names the column.
CREATE FUNCTION public.refuse_new_owner() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        MESSAGE = format('A row of %s keeps its owner.', TG_TABLE_NAME),
        SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[0],
        CONSTRAINT = format('%s_%s_check', TG_TABLE_NAME, TG_ARGV[0]);
END
$$;
COMMENT ON FUNCTION public.refuse_new_owner() IS 'Trigger: refuses to give a row to another owner.';

-- A reference whose delete rule is SET NULL cannot be a composite key, because that would clear the owner too.
-- A trigger checks the owner there, and answers as the foreign key itself would.
CREATE FUNCTION public.refuse_foreign_reference(table_name text, column_name text, parent_name text) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'foreign_key_violation',
        MESSAGE = format('insert or update on table "%1$s" violates foreign key constraint "%1$s_%2$s_fkey"', table_name, column_name),
        DETAIL = format('The row named by "%s" is not present in table "%s", or not the same user''s.', column_name, parent_name),
        SCHEMA = 'public', TABLE = table_name, COLUMN = column_name,
        CONSTRAINT = format('%s_%s_fkey', table_name, column_name);
END
$$;
COMMENT ON FUNCTION public.refuse_foreign_reference(text, text, text) IS
    'Raises foreign_key_violation for a reference to a row that is not the same user''s.';

-- What every table with an owner has in common. Steps call it once for each such table; the server may not.
CREATE FUNCTION public.protect_rows(table_name text, owner_column text DEFAULT 'user_id') RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
        'CREATE POLICY %1$I ON public.%2$I TO stackmotive_app '
        'USING (%3$I = (SELECT public.scope_user_id())) WITH CHECK (%3$I = (SELECT public.scope_user_id()))',
        table_name || '_owner', table_name, owner_column);
    EXECUTE format(
        'CREATE POLICY %1$I ON public.%2$I TO stackmotive_app '
        'USING ((SELECT public.scope_is_system())) WITH CHECK ((SELECT public.scope_is_system()))',
        table_name || '_system', table_name);
    EXECUTE format(
        'CREATE TRIGGER %1$I BEFORE UPDATE OF %3$I ON public.%2$I FOR EACH ROW '
        'WHEN (OLD.%3$I <> NEW.%3$I) EXECUTE FUNCTION public.refuse_new_owner(%3$L)',
        table_name || '_owner', table_name, owner_column);
END
$$;
COMMENT ON FUNCTION public.protect_rows(text, text) IS
    'For migrations: forces row-level security on a table, with the policies of its owner and of the system, and pins the owner.';
REVOKE ALL ON FUNCTION public.protect_rows(text, text) FROM PUBLIC, stackmotive_app;
