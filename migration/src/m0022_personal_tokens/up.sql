-- Personal API tokens: what integrators show in place of a sign-in. Each is stored as its hash, holds scopes and ends.

CREATE TABLE personal_tokens (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    name varchar(100) NOT NULL,
    token_hash varchar(64) NOT NULL,
    ending varchar(4) NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT personal_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT personal_tokens_token_hash_key UNIQUE (token_hash),
    CONSTRAINT personal_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT personal_tokens_name_check CHECK (name ~ '[^[:space:]]'),
    CONSTRAINT personal_tokens_token_hash_check CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    CONSTRAINT personal_tokens_ending_check CHECK (ending ~ '^[A-Za-z0-9_-]{4}$'),
    CONSTRAINT personal_tokens_scopes_check CHECK (
        cardinality(scopes) > 0 AND scopes <@ ARRAY[
            'portfolio:read', 'portfolio:write', 'trading:read', 'trading:write', 'rebalancing:read',
            'rebalancing:write', 'watchlists:read', 'watchlists:write', 'preferences:read', 'preferences:write',
            'onboarding:read', 'onboarding:write', 'journaling:read', 'journaling:write', 'vault_categories:read',
            'vault_categories:write', 'logging:read', 'prices:write'
        ]
    )
);

CREATE INDEX idx_personal_tokens_user_id_created_at ON personal_tokens (user_id, created_at DESC);

COMMENT ON TABLE personal_tokens IS 'One row for each personal API token, live, ended or revoked.';
COMMENT ON COLUMN personal_tokens.id IS 'Names the token.';
COMMENT ON COLUMN personal_tokens.user_id IS 'Whose token it is.';
COMMENT ON COLUMN personal_tokens.name IS 'What its user calls it.';
COMMENT ON COLUMN personal_tokens.token_hash IS 'SHA-256 of the token, never the token.';
COMMENT ON COLUMN personal_tokens.ending IS 'The last four characters of the token, to recognise it by.';
COMMENT ON COLUMN personal_tokens.scopes IS 'What it is good for, such as portfolio:read; writing includes reading.';
COMMENT ON COLUMN personal_tokens.expires_at IS 'When it ends.';
COMMENT ON COLUMN personal_tokens.last_used_at IS 'When it was last used, to the minute, null when it never was.';
COMMENT ON COLUMN personal_tokens.revoked_at IS 'When it was revoked before its time, null when it was not.';
COMMENT ON COLUMN personal_tokens.created_at IS 'When it was made.';
COMMENT ON COLUMN personal_tokens.updated_at IS 'When its name was last changed, or it was revoked.';

SELECT public.protect_rows('personal_tokens');

-- Using a token is nobody's change of it.
CREATE TRIGGER personal_tokens_touch BEFORE UPDATE ON personal_tokens
    FOR EACH ROW WHEN (NEW.last_used_at IS NOT DISTINCT FROM OLD.last_used_at)
    EXECUTE FUNCTION public.touch_updated_at();

-- Each call with a token writes here, so the table is not logged: after a crash of PostgreSQL the day begins anew.
CREATE UNLOGGED TABLE personal_token_calls (
    user_id uuid NOT NULL,
    day date NOT NULL,
    calls bigint NOT NULL,
    CONSTRAINT personal_token_calls_pkey PRIMARY KEY (user_id),
    CONSTRAINT personal_token_calls_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT personal_token_calls_calls_check CHECK (calls >= 0)
) WITH (fillfactor = 50);

COMMENT ON TABLE personal_token_calls IS 'Calls with personal API tokens on the last day that had any, of all tokens of a user and all servers together; only auth_personal_token reaches it.';
COMMENT ON COLUMN personal_token_calls.user_id IS 'Whose tokens were used.';
COMMENT ON COLUMN personal_token_calls.day IS 'The day in UTC.';
COMMENT ON COLUMN personal_token_calls.calls IS 'Calls on that day that were let through.';

-- Only stackmotive_auth has a policy and a grant here; the default privileges are taken back.
ALTER TABLE personal_token_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE personal_token_calls FORCE ROW LEVEL SECURITY;
REVOKE ALL ON personal_token_calls FROM stackmotive_app;
