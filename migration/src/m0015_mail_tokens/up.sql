-- Tokens that go out by mail and are good for one use: they confirm an address, or reset a forgotten password.

CREATE TABLE one_time_tokens (
    token_hash varchar(64) NOT NULL,
    user_id uuid NOT NULL,
    purpose varchar(20) NOT NULL,
    email varchar(255) NOT NULL,
    requested_from inet,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (token_hash),
    CONSTRAINT one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    -- A token can never be stored as it was sent.
    CONSTRAINT one_time_tokens_token_hash_check CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('verify_email', 'reset_password'))
);

-- One at a time is good for each purpose: a new one takes the place of the older.
CREATE UNIQUE INDEX idx_one_time_tokens_user_id_purpose ON one_time_tokens (user_id, purpose) WHERE ended_at IS NULL;
CREATE INDEX idx_one_time_tokens_user_id ON one_time_tokens (user_id);
CREATE INDEX idx_one_time_tokens_created_at ON one_time_tokens (created_at);

COMMENT ON TABLE one_time_tokens IS 'Tokens that were sent by mail; only the sign-in functions reach it, and they delete rows after a day.';
COMMENT ON COLUMN one_time_tokens.token_hash IS 'Hash of the token, never the token.';
COMMENT ON COLUMN one_time_tokens.user_id IS 'Whose account it is for.';
COMMENT ON COLUMN one_time_tokens.purpose IS 'What it is good for.';
COMMENT ON COLUMN one_time_tokens.email IS 'The address that it was sent to; the token ends when the account gets another one.';
COMMENT ON COLUMN one_time_tokens.requested_from IS 'The network address that asked for it, null when unknown.';
COMMENT ON COLUMN one_time_tokens.created_at IS 'When it was made.';
COMMENT ON COLUMN one_time_tokens.expires_at IS 'When it ends by itself.';
COMMENT ON COLUMN one_time_tokens.ended_at IS 'When it was used, or a newer one took its place; null before.';

-- Only stackmotive_auth has a policy and a grant here; the default privileges are taken back.
ALTER TABLE one_time_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE one_time_tokens FORCE ROW LEVEL SECURITY;
REVOKE ALL ON one_time_tokens FROM stackmotive_app;
GRANT SELECT, INSERT, DELETE, UPDATE (ended_at) ON one_time_tokens TO stackmotive_auth;
CREATE POLICY one_time_tokens_auth ON one_time_tokens TO stackmotive_auth USING (true) WITH CHECK (true);
