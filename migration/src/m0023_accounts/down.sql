-- As it was in the step that made it.
CREATE OR REPLACE FUNCTION public.auth_rotate(
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
REVOKE SELECT (created_at) ON user_sessions FROM stackmotive_auth;
DROP FUNCTION public.auth_reset_onboarding(uuid);
DROP POLICY user_onboarding_progress_auth ON user_onboarding_progress;
REVOKE SELECT (user_id), UPDATE (current_step, completed_steps, is_complete, completion_percentage, completed_at)
    ON user_onboarding_progress FROM stackmotive_auth;
DROP FUNCTION public.auth_end_access(uuid, boolean);
REVOKE UPDATE (revoked_at) ON personal_tokens FROM stackmotive_auth;
DROP FUNCTION public.auth_spend_email_change(text);
DROP FUNCTION public.auth_direct_token(text, text);
REVOKE UPDATE (email) ON one_time_tokens FROM stackmotive_auth;
DELETE FROM one_time_tokens WHERE purpose = 'change_email';
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check
    CHECK (purpose IN ('verify_email', 'reset_password'));
COMMENT ON COLUMN one_time_tokens.email IS 'The address that it was sent to; the token ends when the account gets another one.';
