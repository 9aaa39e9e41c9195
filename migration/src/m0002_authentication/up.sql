-- Accounts and sign-ins.

CREATE TABLE users (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    email varchar(255) NOT NULL,
    hashed_password varchar(255) NOT NULL,
    tier varchar(50) NOT NULL DEFAULT 'observer',
    is_active boolean NOT NULL DEFAULT true,
    is_admin boolean NOT NULL DEFAULT false,
    has_completed_onboarding boolean NOT NULL DEFAULT false,
    onboarding_step integer DEFAULT 0,
    onboarding_completed_at timestamptz,
    preferred_currency varchar(10) DEFAULT 'USD',
    display_name varchar(255),
    email_verified_at timestamptz,
    last_login_at timestamptz,
    failed_login_attempts integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    totp_secret text,
    totp_enabled_at timestamptz,
    created_by uuid,
    updated_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_created_by_fkey FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT users_updated_by_fkey FOREIGN KEY (updated_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT users_email_check CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    -- A password can never be stored as it was typed.
    CONSTRAINT users_hashed_password_check CHECK (hashed_password ~ '^\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}$'),
    CONSTRAINT users_tier_check CHECK (tier IN ('observer', 'trader', 'professional', 'enterprise')),
    CONSTRAINT users_onboarding_step_check CHECK (onboarding_step >= 0),
    CONSTRAINT users_preferred_currency_check CHECK (preferred_currency IN ('USD', 'NZD', 'AUD', 'EUR', 'GBP')),
    CONSTRAINT users_failed_login_attempts_check CHECK (failed_login_attempts >= 0)
);

CREATE UNIQUE INDEX idx_users_lower_email ON users (lower(email));
CREATE INDEX idx_users_tier ON users (tier);
CREATE INDEX idx_users_created_by ON users (created_by);
CREATE INDEX idx_users_updated_by ON users (updated_by);
CREATE INDEX idx_users_created_at ON users (created_at DESC);

COMMENT ON TABLE users IS 'One row for each account.';
COMMENT ON COLUMN users.id IS 'Names the account.';
COMMENT ON COLUMN users.email IS 'The address to sign in with, as it was typed; unique whatever its case.';
COMMENT ON COLUMN users.hashed_password IS 'The bcrypt hash of the password; it never leaves the server.';
COMMENT ON COLUMN users.tier IS 'The plan, which sets budgets and not features.';
COMMENT ON COLUMN users.is_active IS 'False closes the account: it cannot sign in and its sessions are dead.';
COMMENT ON COLUMN users.is_admin IS 'True for administrators; only they and the system itself may change it.';
COMMENT ON COLUMN users.has_completed_onboarding IS 'True once all onboarding steps are completed.';
COMMENT ON COLUMN users.onboarding_step IS 'How far the onboarding came, 0 before it began.';
COMMENT ON COLUMN users.onboarding_completed_at IS 'When the onboarding was completed, null before.';
COMMENT ON COLUMN users.preferred_currency IS 'ISO 4217 code of the currency that new portfolios start with, null when there is no preference.';
COMMENT ON COLUMN users.display_name IS 'The name that other people see, null when none was chosen.';
COMMENT ON COLUMN users.email_verified_at IS 'When the address was confirmed, null while it is not.';
COMMENT ON COLUMN users.last_login_at IS 'When the account last signed in, null when it never did.';
COMMENT ON COLUMN users.failed_login_attempts IS 'Wrong passwords since the last right one.';
COMMENT ON COLUMN users.locked_until IS 'Signing in is refused until then, null when it is not locked.';
COMMENT ON COLUMN users.password_changed_at IS 'When the password was last set.';
COMMENT ON COLUMN users.totp_secret IS 'Secret of the second factor, encrypted by the server, null without one.';
COMMENT ON COLUMN users.totp_enabled_at IS 'When the second factor was switched on, null while it is off.';
COMMENT ON COLUMN users.created_by IS 'Who made the account, null when nobody was signed in or that account is gone.';
COMMENT ON COLUMN users.updated_by IS 'Who changed the account last, null when nobody was signed in or that account is gone.';
COMMENT ON COLUMN users.created_at IS 'When the account was made.';
COMMENT ON COLUMN users.updated_at IS 'When the account was last changed.';

CREATE TABLE user_sessions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    session_token varchar(500) NOT NULL,
    refresh_token varchar(500),
    device_info jsonb,
    ip_address inet,
    user_agent text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    access_expires_at timestamptz NOT NULL DEFAULT now(),
    last_activity_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    is_active boolean NOT NULL DEFAULT true,
    CONSTRAINT user_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT user_sessions_session_token_key UNIQUE (session_token),
    CONSTRAINT user_sessions_refresh_token_key UNIQUE (refresh_token),
    CONSTRAINT user_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_sessions_device_info_check CHECK (jsonb_typeof(device_info) = 'object')
);

CREATE INDEX idx_user_sessions_user_id ON user_sessions (user_id) WHERE is_active;
CREATE INDEX idx_user_sessions_expires_at ON user_sessions (expires_at);

-- device_info has no GIN index, because no query searches in it.
COMMENT ON TABLE user_sessions IS 'One row for each sign-in, rotated in place with every refresh.';
COMMENT ON COLUMN user_sessions.id IS 'Names the sign-in for as long as it lasts.';
COMMENT ON COLUMN user_sessions.user_id IS 'Who signed in.';
COMMENT ON COLUMN user_sessions.session_token IS 'Hash of the access token, never the token.';
COMMENT ON COLUMN user_sessions.refresh_token IS 'Hash of the refresh token, null when the sign-in cannot be refreshed.';
COMMENT ON COLUMN user_sessions.device_info IS 'What the client told of its device, as a JSON object, null when it told nothing.';
COMMENT ON COLUMN user_sessions.ip_address IS 'The address that signed in, null when unknown.';
COMMENT ON COLUMN user_sessions.user_agent IS 'The client''s User-Agent header, null when it sent none.';
COMMENT ON COLUMN user_sessions.created_at IS 'When the sign-in happened.';
COMMENT ON COLUMN user_sessions.expires_at IS 'When the sign-in and its refresh token end.';
COMMENT ON COLUMN user_sessions.access_expires_at IS 'When the access token ends.';
COMMENT ON COLUMN user_sessions.last_activity_at IS 'When the access token was last seen, to the minute.';
COMMENT ON COLUMN user_sessions.revoked_at IS 'When the sign-in was ended before its time, null when it was not.';
COMMENT ON COLUMN user_sessions.is_active IS 'False once the sign-in was ended.';

CREATE TABLE used_refresh_tokens (
    refresh_token varchar(500) NOT NULL,
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    used_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT used_refresh_tokens_pkey PRIMARY KEY (refresh_token),
    CONSTRAINT used_refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES user_sessions (id) ON DELETE CASCADE,
    CONSTRAINT used_refresh_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX idx_used_refresh_tokens_session_id ON used_refresh_tokens (session_id);
CREATE INDEX idx_used_refresh_tokens_user_id ON used_refresh_tokens (user_id);

COMMENT ON TABLE used_refresh_tokens IS 'Refresh tokens that were used already, so that a replay is noticed; only the sign-in functions reach it.';
COMMENT ON COLUMN used_refresh_tokens.refresh_token IS 'Hash of the used refresh token.';
COMMENT ON COLUMN used_refresh_tokens.session_id IS 'The sign-in that it refreshed.';
COMMENT ON COLUMN used_refresh_tokens.user_id IS 'Whose sign-in it was.';
COMMENT ON COLUMN used_refresh_tokens.used_at IS 'When it was used.';

-- The audit columns follow the scope. A foreign key's own SET NULL runs inside another trigger and must not be
-- undone, or it would bring back the account that is being deleted.
CREATE FUNCTION public.write_user_audit() RETURNS trigger
    LANGUAGE plpgsql AS $$
DECLARE
    actor uuid := public.scope_user_id();
BEGIN
    IF actor IS NOT NULL THEN
        IF TG_OP = 'INSERT' THEN
            NEW.created_by := actor;
        END IF;
        NEW.updated_by := actor;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.write_user_audit() IS 'Trigger: created_by and updated_by name the user of the scope, when there is one.';

-- Row-level security lets people change their own row, but nobody makes themselves an administrator.
CREATE FUNCTION public.guard_is_admin() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_admin IS DISTINCT FROM coalesce(OLD.is_admin, false)
        AND row_security_active(TG_RELID)
        AND NOT public.scope_is_admin() AND NOT public.scope_is_system()
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege',
            MESSAGE = 'Only an administrator may change who is an administrator.',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'is_admin';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.guard_is_admin() IS 'Trigger: only the admin and the system scope change is_admin.';

CREATE TRIGGER users_audit BEFORE INSERT OR UPDATE ON users
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION public.write_user_audit();
CREATE TRIGGER users_guard BEFORE INSERT OR UPDATE OF is_admin ON users
    FOR EACH ROW EXECUTE FUNCTION public.guard_is_admin();
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY users_owner ON users TO stackmotive_app
    USING (id = (SELECT public.scope_user_id()))
    WITH CHECK (id = (SELECT public.scope_user_id()));
CREATE POLICY users_admin ON users FOR SELECT TO stackmotive_app
    USING ((SELECT public.scope_is_admin()));
CREATE POLICY users_admin_update ON users FOR UPDATE TO stackmotive_app
    USING ((SELECT public.scope_is_admin()))
    WITH CHECK ((SELECT public.scope_is_admin()));
CREATE POLICY users_system ON users TO stackmotive_app
    USING ((SELECT public.scope_is_system()))
    WITH CHECK ((SELECT public.scope_is_system()));

SELECT public.protect_rows('user_sessions');

-- Only stackmotive_auth has a policy and a grant here; the default privileges are taken back.
ALTER TABLE used_refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE used_refresh_tokens FORCE ROW LEVEL SECURITY;
REVOKE ALL ON used_refresh_tokens FROM stackmotive_app;
