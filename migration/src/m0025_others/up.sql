-- What a change has to know of others: who else sees a shared list, and whether somebody else could look after the
-- accounts. Row-level security hides both from who asks, and each function tells no more than that.

GRANT SELECT (watchlist_id) ON watchlist_shares TO stackmotive_auth;

CREATE FUNCTION public.auth_readers(p_watchlist uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.shared_with_id FROM public.watchlist_shares s
    WHERE s.watchlist_id = p_watchlist AND EXISTS (
        SELECT FROM public.watchlist_shares mine
        WHERE mine.watchlist_id = p_watchlist AND public.scope_user_id() IN (mine.owner_id, mine.shared_with_id)
    )
$$;
COMMENT ON FUNCTION public.auth_readers(uuid) IS
    'With whom a watchlist is shared, for its owner and for those with whom it is shared.';

CREATE FUNCTION public.auth_another_admin() RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(bool_or(a.id <> public.scope_user_id()), false) FROM (
        SELECT u.id FROM public.users u WHERE u.is_admin AND u.is_active ORDER BY u.id FOR NO KEY UPDATE
    ) a
$$;
COMMENT ON FUNCTION public.auth_another_admin() IS
    'Whether somebody besides the scope''s user is an administrator of an active account. All of them are locked until the transaction ends, so that of the last two only one can go.';

-- Ownership can be handed only to a role that may create in the schema; that right is lent for this moment.
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
DO $$
DECLARE
    new_function regprocedure;
BEGIN
    FOREACH new_function IN ARRAY
        ARRAY['public.auth_readers(uuid)', 'public.auth_another_admin()']::regprocedure[]
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', new_function);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO stackmotive_app', new_function);
        EXECUTE format('ALTER FUNCTION %s OWNER TO stackmotive_auth', new_function);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
