-- What keeps guesses at passwords and codes few: counted attempts, and what the second factor remembers.

CREATE TABLE sign_in_attempts (
    counter varchar(50) NOT NULL,
    key varchar(64) NOT NULL,
    attempts integer NOT NULL,
    last_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL,
    forgotten_at timestamptz NOT NULL,
    CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (counter, key),
    CONSTRAINT sign_in_attempts_counter_check
        CHECK (counter IN ('account', 'account_at_address', 'address', 'register')),
    CONSTRAINT sign_in_attempts_key_check CHECK (key ~ '^[0-9a-f]{64}$'),
    CONSTRAINT sign_in_attempts_attempts_check CHECK (attempts >= 0)
);

CREATE INDEX idx_sign_in_attempts_forgotten_at ON sign_in_attempts (forgotten_at);

COMMENT ON TABLE sign_in_attempts IS 'Counted attempts at passwords and codes, of known and unknown accounts alike; only the sign-in functions reach it.';
COMMENT ON COLUMN sign_in_attempts.counter IS 'What is counted: attempts at an account, from an address, at an account from an address, or registrations from an address.';
COMMENT ON COLUMN sign_in_attempts.key IS 'SHA-256 of the e-mail address in lower case, the network address, or both.';
COMMENT ON COLUMN sign_in_attempts.attempts IS 'Attempts that did not succeed, at the time of the last one.';
COMMENT ON COLUMN sign_in_attempts.last_at IS 'When the last attempt was counted.';
COMMENT ON COLUMN sign_in_attempts.blocked_until IS 'No further attempt is let through before this time.';
COMMENT ON COLUMN sign_in_attempts.forgotten_at IS 'When all attempts are forgiven and the row may go.';

-- Only stackmotive_auth has a policy and a grant here; the default privileges are taken back.
ALTER TABLE sign_in_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_attempts FORCE ROW LEVEL SECURITY;
REVOKE ALL ON sign_in_attempts FROM stackmotive_app;

CREATE TABLE user_two_factor (
    user_id uuid NOT NULL,
    last_step bigint NOT NULL DEFAULT 0,
    CONSTRAINT user_two_factor_pkey PRIMARY KEY (user_id),
    CONSTRAINT user_two_factor_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_two_factor_last_step_check CHECK (last_step >= 0)
);

COMMENT ON TABLE user_two_factor IS 'What the second factor of an account remembers; one row once it was begun.';
COMMENT ON COLUMN user_two_factor.user_id IS 'Whose second factor it is.';
COMMENT ON COLUMN user_two_factor.last_step IS 'The time step of 30 seconds of the last code that was taken, 0 before; no code of it or an earlier one is taken again.';

SELECT public.protect_rows('user_two_factor');

CREATE TABLE user_recovery_codes (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    code_hash varchar(64) NOT NULL,
    used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_recovery_codes_pkey PRIMARY KEY (id),
    CONSTRAINT user_recovery_codes_user_id_code_hash_key UNIQUE (user_id, code_hash),
    CONSTRAINT user_recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_recovery_codes_code_hash_check CHECK (code_hash ~ '^[0-9a-f]{64}$')
);

COMMENT ON TABLE user_recovery_codes IS 'Codes that stand in for the second factor, each once.';
COMMENT ON COLUMN user_recovery_codes.id IS 'Names the code.';
COMMENT ON COLUMN user_recovery_codes.user_id IS 'Whose code it is.';
COMMENT ON COLUMN user_recovery_codes.code_hash IS 'SHA-256 of the code, never the code.';
COMMENT ON COLUMN user_recovery_codes.used_at IS 'When it was used, null while it is good.';
COMMENT ON COLUMN user_recovery_codes.created_at IS 'When it was made.';

SELECT public.protect_rows('user_recovery_codes');

-- Where an account signed in from lately is asked for at each attempt.
CREATE INDEX idx_user_sessions_user_id_ip_address ON user_sessions (user_id, ip_address) WHERE ip_address IS NOT NULL;

-- A wrong password is nobody's change of the account, so it does not move updated_at.
DROP TRIGGER users_touch ON users;
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW WHEN (NOT public.scope_is_resealing() AND NEW.failed_login_attempts <= OLD.failed_login_attempts)
    EXECUTE FUNCTION public.touch_updated_at();
