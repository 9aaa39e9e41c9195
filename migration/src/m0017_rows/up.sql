-- What the attempts with raw SQL showed to be open: an account's id under the admin scope, and one's own tier.

-- The other tables with an owner have this from protect_rows; an account is its own owner.
CREATE TRIGGER users_owner BEFORE UPDATE OF id ON users
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION public.refuse_new_owner('id');

-- A tier is a budget, so nobody gives it to themselves, no more than the rights of an administrator.
CREATE FUNCTION public.guard_tier() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tier IS DISTINCT FROM coalesce(OLD.tier, 'observer')
        AND row_security_active(TG_RELID)
        AND NOT public.scope_is_admin() AND NOT public.scope_is_system()
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege',
            MESSAGE = 'Only an administrator may change an account''s tier.',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'tier';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.guard_tier() IS 'Trigger: only the admin and the system scope change a tier.';
CREATE TRIGGER users_guard_tier BEFORE INSERT OR UPDATE OF tier ON users
    FOR EACH ROW EXECUTE FUNCTION public.guard_tier();
