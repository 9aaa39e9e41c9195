-- What the server may do with these tokens. As those of signing in, the functions belong to stackmotive_auth, and each
-- names its search_path.

CREATE FUNCTION public.auth_issue_token(
    p_user_id uuid, p_purpose text, p_token_hash text, p_requested_from inet, p_lifetime interval,
    p_account_max integer, p_address_max integer, p_window interval
)
    RETURNS TABLE (email varchar, retry_at timestamptz)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    address varchar;
    oldest timestamptz;
    moment timestamptz;
BEGIN
    -- One at a time for an account, so that the limit is a limit and no two tokens live.
    PERFORM pg_advisory_xact_lock(hashtextextended('one_time_tokens ' || p_user_id, 0));
    moment := clock_timestamp();
    SELECT u.email INTO address FROM public.users u WHERE u.id = p_user_id AND u.is_active;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    DELETE FROM public.one_time_tokens t WHERE t.token_hash IN (
        SELECT o.token_hash FROM public.one_time_tokens o
        WHERE o.created_at < moment - greatest(interval '1 day', p_window)
        LIMIT 100 FOR UPDATE SKIP LOCKED
    );

    -- The row that stands so many places from the newest has to leave the window first.
    SELECT t.created_at INTO oldest FROM public.one_time_tokens t
    WHERE t.user_id = p_user_id AND t.purpose = p_purpose AND t.created_at > moment - p_window
    ORDER BY t.created_at DESC OFFSET p_account_max - 1 LIMIT 1;
    IF NOT FOUND THEN
        SELECT t.created_at INTO oldest FROM public.one_time_tokens t
        WHERE t.requested_from = p_requested_from AND t.created_at > moment - p_window
        ORDER BY t.created_at DESC OFFSET p_address_max - 1 LIMIT 1;
    END IF;
    IF FOUND THEN
        RETURN QUERY SELECT NULL::varchar, oldest + p_window;
        RETURN;
    END IF;

    UPDATE public.one_time_tokens t SET ended_at = moment
    WHERE t.user_id = p_user_id AND t.purpose = p_purpose AND t.ended_at IS NULL;
    INSERT INTO public.one_time_tokens (token_hash, user_id, purpose, email, requested_from, created_at, expires_at)
    VALUES (p_token_hash, p_user_id, p_purpose, address, p_requested_from, moment, moment + p_lifetime);
    RETURN QUERY SELECT address, NULL::timestamptz;
END
$$;
COMMENT ON FUNCTION public.auth_issue_token(uuid, text, text, inet, interval, integer, integer, interval) IS
    'Stores a token hash for an active account in place of an older one, and answers where to send the token; over a limit only when it may be tried again.';

CREATE FUNCTION public.auth_token_holder(p_token_hash text, p_purpose text)
    RETURNS TABLE (email varchar, display_name varchar)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.email, u.display_name
    FROM public.one_time_tokens t
    JOIN public.users u ON u.id = t.user_id
    WHERE t.token_hash = p_token_hash AND t.purpose = p_purpose
        AND t.ended_at IS NULL AND t.expires_at > now()
        AND u.is_active AND lower(u.email) = lower(t.email)
$$;
COMMENT ON FUNCTION public.auth_token_holder(text, text) IS
    'By what names the account is known that a live token is for; no row when the token is not live.';

-- The token's row is the lock: of several callers with one token the first ends it, and the others find it ended.
-- That needs READ COMMITTED, where a statement that has waited looks again.
CREATE FUNCTION public.auth_spend_token(p_token_hash text, p_purpose text) RETURNS uuid
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE public.one_time_tokens t SET ended_at = now()
    FROM public.users u
    WHERE t.token_hash = p_token_hash AND t.purpose = p_purpose
        AND t.ended_at IS NULL AND t.expires_at > now()
        AND u.id = t.user_id AND u.is_active AND lower(u.email) = lower(t.email)
    RETURNING t.user_id
$$;
COMMENT ON FUNCTION public.auth_spend_token(text, text) IS
    'Ends a live token, once, and answers whose account it is for; null when it is not live.';

-- Ownership can be handed only to a role that may create in the schema; that right is lent for this moment.
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
DO $$
DECLARE
    token_function regprocedure;
BEGIN
    FOREACH token_function IN ARRAY ARRAY[
        'public.auth_issue_token(uuid, text, text, inet, interval, integer, integer, interval)',
        'public.auth_token_holder(text, text)',
        'public.auth_spend_token(text, text)'
    ]::regprocedure[] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', token_function);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO stackmotive_app', token_function);
        EXECUTE format('ALTER FUNCTION %s OWNER TO stackmotive_auth', token_function);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
