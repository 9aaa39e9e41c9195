-- Who holds a personal API token, asked before anybody is known. As that of sessions, the function belongs to
-- stackmotive_auth, which has policies of its own and the least columns.

GRANT SELECT (id, user_id, token_hash, scopes, expires_at, last_used_at, revoked_at), UPDATE (last_used_at)
    ON personal_tokens TO stackmotive_auth;
GRANT SELECT, INSERT, UPDATE ON personal_token_calls TO stackmotive_auth;
GRANT SELECT (user_id, api_access_enabled) ON user_preferences TO stackmotive_auth;

CREATE POLICY personal_tokens_auth ON personal_tokens TO stackmotive_auth USING (true) WITH CHECK (true);
CREATE POLICY personal_token_calls_auth ON personal_token_calls TO stackmotive_auth USING (true) WITH CHECK (true);
CREATE POLICY user_preferences_auth ON user_preferences FOR SELECT TO stackmotive_auth USING (true);

-- p_tiers and p_maxima say together how many calls a day each tier has, null for as many as it likes.
CREATE FUNCTION public.auth_personal_token(p_token_hash text, p_counted boolean, p_tiers text[], p_maxima bigint[])
    RETURNS TABLE (
        token_id uuid,
        token_scopes text[],
        token_calls bigint,
        token_is_used_up boolean,
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
    used_at timestamptz;
    today date := (now() AT TIME ZONE 'UTC')::date;
    calls_max bigint;
BEGIN
    SELECT
        t.id, t.scopes, t.last_used_at,
        u.id, u.email, '', u.tier, u.is_active, u.is_admin, u.has_completed_onboarding, u.onboarding_step,
        u.onboarding_completed_at, u.preferred_currency, u.display_name, u.email_verified_at, u.last_login_at,
        u.failed_login_attempts, u.locked_until, u.password_changed_at, NULL, u.totp_enabled_at, u.created_by,
        u.updated_by, u.created_at, u.updated_at
    INTO
        token_id, token_scopes, used_at,
        user_id, user_email, user_hashed_password, user_tier, user_is_active, user_is_admin,
        user_has_completed_onboarding, user_onboarding_step, user_onboarding_completed_at, user_preferred_currency,
        user_display_name, user_email_verified_at, user_last_login_at, user_failed_login_attempts, user_locked_until,
        user_password_changed_at, user_totp_secret, user_totp_enabled_at, user_created_by, user_updated_by,
        user_created_at, user_updated_at
    FROM public.personal_tokens t
    JOIN public.users u ON u.id = t.user_id
    JOIN public.user_preferences p ON p.user_id = t.user_id
    WHERE t.token_hash = p_token_hash
        AND t.revoked_at IS NULL AND t.expires_at > now()
        AND u.is_active AND (u.locked_until IS NULL OR u.locked_until <= now()) AND p.api_access_enabled;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    token_is_used_up := false;

    IF p_counted AND current_setting('transaction_read_only') = 'off' THEN
        calls_max := p_maxima[array_position(p_tiers, user_tier::text)];
        INSERT INTO public.personal_token_calls AS c (user_id, day, calls) VALUES (user_id, today, 1)
        ON CONFLICT ON CONSTRAINT personal_token_calls_pkey DO UPDATE SET
            day = excluded.day, calls = CASE WHEN c.day = excluded.day THEN c.calls + 1 ELSE 1 END
        WHERE c.day <> excluded.day OR calls_max IS NULL OR c.calls < calls_max
        RETURNING c.calls INTO token_calls;
        token_is_used_up := NOT FOUND;
        -- A call seldom writes to the token itself, and never waits for another's write.
        IF NOT token_is_used_up AND (used_at IS NULL OR used_at <= now() - interval '1 minute') THEN
            UPDATE public.personal_tokens t SET last_used_at = now()
            WHERE t.id = (
                SELECT l.id FROM public.personal_tokens l
                WHERE l.id = token_id AND l.last_used_at IS NOT DISTINCT FROM used_at
                FOR NO KEY UPDATE SKIP LOCKED
            );
        END IF;
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION public.auth_personal_token(text, boolean, text[], bigint[]) IS
    'The live personal API token with this hash, with its user but without the user''s secrets, and the calls of the day with this one where it is counted; no row when there is none.';

-- Ownership can be handed only to a role that may create in the schema; that right is lent for this moment.
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
REVOKE ALL ON FUNCTION public.auth_personal_token(text, boolean, text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.auth_personal_token(text, boolean, text[], bigint[]) TO stackmotive_app;
ALTER FUNCTION public.auth_personal_token(text, boolean, text[], bigint[]) OWNER TO stackmotive_auth;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
