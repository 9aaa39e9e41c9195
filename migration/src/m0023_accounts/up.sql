-- What an account's owner and administrators change of it: its address, proved by mail, and its end.

ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check
    CHECK (purpose IN ('verify_email', 'reset_password', 'change_email'));
COMMENT ON COLUMN one_time_tokens.email IS 'The address that it was sent to; the token ends when the account gets another one. For change_email the address that the account is to get.';

GRANT UPDATE (email) ON one_time_tokens TO stackmotive_auth;

CREATE FUNCTION public.auth_direct_token(p_token_hash text, p_email text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE public.one_time_tokens t SET email = p_email
    WHERE t.token_hash = p_token_hash AND t.purpose = 'change_email' AND t.ended_at IS NULL
        AND t.user_id = public.scope_user_id();
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION public.auth_direct_token(text, text) IS
    'Says which address a new token of the scope''s user for another address goes to.';

-- A password that was changed meanwhile was changed to keep somebody out.
CREATE FUNCTION public.auth_spend_email_change(p_token_hash text)
    RETURNS TABLE (user_id uuid, old_email varchar, new_email varchar)
    LANGUAGE sql VOLATILE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE public.one_time_tokens t SET ended_at = now()
    FROM public.users u
    WHERE t.token_hash = p_token_hash AND t.purpose = 'change_email'
        AND t.ended_at IS NULL AND t.expires_at > now()
        AND u.id = t.user_id AND u.is_active AND u.password_changed_at < t.created_at
    RETURNING t.user_id, u.email, t.email
$$;
COMMENT ON FUNCTION public.auth_spend_email_change(text) IS
    'Ends a live token for another address, once, and answers whose it is, with the address until now and the new one.';

-- What administrators do to the sign-ins of others; what they may not read, they may end.
GRANT UPDATE (revoked_at) ON personal_tokens TO stackmotive_auth;

CREATE FUNCTION public.auth_end_access(p_user_id uuid, p_with_tokens boolean)
    RETURNS TABLE (sessions_ended bigint, tokens_revoked bigint)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT public.scope_is_admin() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege', MESSAGE = 'Only an administrator ends the sign-ins of others.';
    END IF;
    UPDATE public.user_sessions s SET is_active = false, revoked_at = now()
    WHERE s.user_id = p_user_id AND s.is_active;
    GET DIAGNOSTICS sessions_ended = ROW_COUNT;
    tokens_revoked := 0;
    IF p_with_tokens THEN
        UPDATE public.personal_tokens t SET revoked_at = now()
        WHERE t.user_id = p_user_id AND t.revoked_at IS NULL;
        GET DIAGNOSTICS tokens_revoked = ROW_COUNT;
    END IF;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION public.auth_end_access(uuid, boolean) IS
    'Under the admin scope: ends the sign-ins of an account, and its personal tokens too; answers how many.';

GRANT SELECT (user_id), UPDATE (current_step, completed_steps, is_complete, completion_percentage, completed_at)
    ON user_onboarding_progress TO stackmotive_auth;
CREATE POLICY user_onboarding_progress_auth ON user_onboarding_progress TO stackmotive_auth
    USING (true) WITH CHECK (true);

CREATE FUNCTION public.auth_reset_onboarding(p_user_id uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT public.scope_is_admin() THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege', MESSAGE = 'Only an administrator resets the onboarding of others.';
    END IF;
    UPDATE public.user_onboarding_progress p SET
        current_step = 1, completed_steps = '[]', is_complete = false, completion_percentage = 0, completed_at = NULL
    WHERE p.user_id = p_user_id;
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION public.auth_reset_onboarding(uuid) IS
    'Under the admin scope: lets an account begin its onboarding anew; what was answered stays.';

-- Ownership can be handed only to a role that may create in the schema; that right is lent for this moment.
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
DO $$
DECLARE
    account_function regprocedure;
BEGIN
    FOREACH account_function IN ARRAY ARRAY[
        'public.auth_direct_token(text, text)',
        'public.auth_spend_email_change(text)',
        'public.auth_end_access(uuid, boolean)',
        'public.auth_reset_onboarding(uuid)'
    ]::regprocedure[] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', account_function);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO stackmotive_app', account_function);
        EXECUTE format('ALTER FUNCTION %s OWNER TO stackmotive_auth', account_function);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
