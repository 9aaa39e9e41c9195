-- What has to be known before anybody is signed in. These functions belong to stackmotive_auth, which has policies of
-- its own and the least columns; the server may only call them. Each names its search_path, so that nothing planted in
-- another schema is ever called with these rights.

GRANT SELECT (
    id, email, hashed_password, tier, is_active, is_admin, has_completed_onboarding, onboarding_step,
    onboarding_completed_at, preferred_currency, display_name, email_verified_at, last_login_at, failed_login_attempts,
    locked_until, password_changed_at, totp_enabled_at, created_by, updated_by, created_at, updated_at
) ON users TO stackmotive_auth;
GRANT SELECT (
    id, user_id, session_token, refresh_token, expires_at, access_expires_at, last_activity_at, revoked_at, is_active
), UPDATE (
    session_token, refresh_token, expires_at, access_expires_at, last_activity_at, revoked_at, is_active
) ON user_sessions TO stackmotive_auth;
GRANT SELECT, INSERT ON used_refresh_tokens TO stackmotive_auth;

CREATE POLICY users_auth ON users FOR SELECT TO stackmotive_auth USING (true);
CREATE POLICY user_sessions_auth ON user_sessions TO stackmotive_auth USING (true) WITH CHECK (true);
CREATE POLICY used_refresh_tokens_auth ON used_refresh_tokens TO stackmotive_auth USING (true) WITH CHECK (true);

CREATE FUNCTION public.auth_session(p_session_token text)
    RETURNS TABLE (
        session_id uuid,
        session_access_expires_at timestamptz,
        session_expires_at timestamptz,
        user_id uuid,
        user_email varchar,
        user_hashed_password varchar,
        user_tier varchar,
        user_is_active boolean,
        user_is_admin boolean,
        user_has_completed_onboarding boolean,
        user_onboarding_step integer,
        user_onboarding_completed_at timestamptz,
        user_preferred_currency varchar,
        user_display_name varchar,
        user_email_verified_at timestamptz,
        user_last_login_at timestamptz,
        user_failed_login_attempts integer,
        user_locked_until timestamptz,
        user_password_changed_at timestamptz,
        user_totp_secret text,
        user_totp_enabled_at timestamptz,
        user_created_by uuid,
        user_updated_by uuid,
        user_created_at timestamptz,
        user_updated_at timestamptz
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    seen_at timestamptz;
BEGIN
    SELECT
        s.id, s.access_expires_at, s.expires_at, s.last_activity_at,
        u.id, u.email, '', u.tier, u.is_active, u.is_admin, u.has_completed_onboarding, u.onboarding_step,
        u.onboarding_completed_at, u.preferred_currency, u.display_name, u.email_verified_at, u.last_login_at,
        u.failed_login_attempts, u.locked_until, u.password_changed_at, NULL, u.totp_enabled_at, u.created_by,
        u.updated_by, u.created_at, u.updated_at
    INTO
        session_id, session_access_expires_at, session_expires_at, seen_at,
        user_id, user_email, user_hashed_password, user_tier, user_is_active, user_is_admin,
        user_has_completed_onboarding, user_onboarding_step, user_onboarding_completed_at, user_preferred_currency,
        user_display_name, user_email_verified_at, user_last_login_at, user_failed_login_attempts, user_locked_until,
        user_password_changed_at, user_totp_secret, user_totp_enabled_at, user_created_by, user_updated_by,
        user_created_at, user_updated_at
    FROM public.user_sessions s
    JOIN public.users u ON u.id = s.user_id
    WHERE s.session_token = p_session_token
        AND s.is_active AND s.revoked_at IS NULL AND u.is_active
        AND s.access_expires_at > now() AND s.expires_at > now();
    IF NOT FOUND THEN
        RETURN;
    END IF;

    -- A read seldom writes, never waits for another request's write, and works in a read-only transaction too.
    IF seen_at <= now() - interval '1 minute' AND current_setting('transaction_read_only') = 'off' THEN
        UPDATE public.user_sessions s SET last_activity_at = now()
        WHERE s.id = (
            SELECT l.id FROM public.user_sessions l
            WHERE l.id = session_id AND l.last_activity_at = seen_at
            FOR NO KEY UPDATE SKIP LOCKED
        );
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION public.auth_session(text) IS
    'The live sign-in that carries this access token hash, with its user but without the user''s secrets; no row when there is none.';

CREATE FUNCTION public.auth_credentials(p_email text)
    RETURNS TABLE (id uuid, hashed_password varchar, is_active boolean, locked_until timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.hashed_password, u.is_active, u.locked_until
    FROM public.users u
    WHERE lower(u.email) = lower(p_email)
$$;
COMMENT ON FUNCTION public.auth_credentials(text) IS
    'What signing in with an address, whatever its case, is checked against; no row when no account has it.';

-- The session's row is the lock: of several callers with one token the first changes it, and the others find its hash
-- among the used ones afterwards. That needs READ COMMITTED, where each statement sees what was committed before it.
CREATE FUNCTION public.auth_rotate(
    p_refresh text, p_new_session text, p_new_refresh text,
    p_access_ttl interval, p_refresh_ttl interval, p_replay_window interval
)
    RETURNS TABLE (
        outcome text,
        session_id uuid,
        user_id uuid,
        access_expires_at timestamptz,
        expires_at timestamptz
    )
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    session record;
    token_used_at timestamptz;
BEGIN
    SELECT s.id, s.user_id INTO session
    FROM public.user_sessions s
    JOIN public.users u ON u.id = s.user_id
    WHERE s.refresh_token = p_refresh
        AND s.is_active AND s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active
    FOR UPDATE OF s;
    IF FOUND THEN
        INSERT INTO public.used_refresh_tokens (refresh_token, session_id, user_id, used_at)
        VALUES (p_refresh, session.id, session.user_id, clock_timestamp());
        RETURN QUERY
            UPDATE public.user_sessions s SET
                session_token = p_new_session,
                refresh_token = p_new_refresh,
                access_expires_at = least(now() + p_access_ttl, now() + p_refresh_ttl),
                expires_at = now() + p_refresh_ttl,
                last_activity_at = now()
            WHERE s.id = session.id
            RETURNING 'rotated', s.id, s.user_id, s.access_expires_at, s.expires_at;
        RETURN;
    END IF;

    SELECT s.id, s.user_id, s.access_expires_at, s.expires_at, t.used_at INTO session
    FROM public.used_refresh_tokens t
    JOIN public.user_sessions s ON s.id = t.session_id
    JOIN public.users u ON u.id = s.user_id
    WHERE t.refresh_token = p_refresh
        AND s.is_active AND s.revoked_at IS NULL AND s.expires_at > now() AND u.is_active
    FOR UPDATE OF s;
    IF NOT FOUND THEN
        RETURN QUERY SELECT 'unknown', NULL::uuid, NULL::uuid, NULL::timestamptz, NULL::timestamptz;
        RETURN;
    END IF;

    token_used_at := session.used_at;
    IF token_used_at >= clock_timestamp() - p_replay_window THEN
        RETURN QUERY SELECT 'replayed_recently', session.id, session.user_id, session.access_expires_at, session.expires_at;
        RETURN;
    END IF;
    -- A token that comes back late was stolen, or its thief holds the newer one: nobody keeps this sign-in.
    UPDATE public.user_sessions s SET is_active = false, revoked_at = now() WHERE s.id = session.id;
    RETURN QUERY SELECT 'replayed', session.id, session.user_id, session.access_expires_at, session.expires_at;
END
$$;
COMMENT ON FUNCTION public.auth_rotate(text, text, text, interval, interval, interval) IS
    'Exchanges a refresh token hash for new ones, once: rotated, replayed_recently, replayed (which ends the sign-in) or unknown.';

-- Ownership can be handed only to a role that may create in the schema; that right is lent for this moment.
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
DO $$
DECLARE
    sign_in_function regprocedure;
BEGIN
    FOREACH sign_in_function IN ARRAY ARRAY[
        'public.auth_session(text)',
        'public.auth_credentials(text)',
        'public.auth_rotate(text, text, text, interval, interval, interval)'
    ]::regprocedure[] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', sign_in_function);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO stackmotive_app', sign_in_function);
        EXECUTE format('ALTER FUNCTION %s OWNER TO stackmotive_auth', sign_in_function);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
