DROP TRIGGER users_touch ON users;
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW WHEN (NOT public.scope_is_resealing() AND NEW.failed_login_attempts <= OLD.failed_login_attempts)
    EXECUTE FUNCTION public.touch_updated_at();

DROP FUNCTION public.auth_session_used(text);
DROP FUNCTION public.auth_session(text);

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

-- Ownership can be handed only to a role that may create in the schema; that right is lent for this moment.
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
DO $$
DECLARE
    sign_in_function regprocedure;
BEGIN
    FOREACH sign_in_function IN ARRAY ARRAY['public.auth_session(text)']::regprocedure[] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', sign_in_function);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO stackmotive_app', sign_in_function);
        EXECUTE format('ALTER FUNCTION %s OWNER TO stackmotive_auth', sign_in_function);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
