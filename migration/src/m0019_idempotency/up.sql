-- Requests that may come twice. A key is written in the transaction of what it stands for, so one is never there
-- without the other, and of two requests at once the second waits for the first.

CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL,
    key varchar(255) NOT NULL,
    field varchar(255) NOT NULL,
    digest bytea NOT NULL,
    done jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, key, field),
    CONSTRAINT idempotency_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT idempotency_keys_digest_check CHECK (octet_length(digest) = 32)
);

CREATE INDEX idx_idempotency_keys_created_at ON idempotency_keys (created_at);

COMMENT ON TABLE idempotency_keys IS 'Mutations that were sent with an Idempotency-Key in the last 24 hours.';
COMMENT ON COLUMN idempotency_keys.user_id IS 'Whose request it was.';
COMMENT ON COLUMN idempotency_keys.key IS 'The key as the client sent it.';
COMMENT ON COLUMN idempotency_keys.field IS 'The name of the mutation''s field in the answer.';
COMMENT ON COLUMN idempotency_keys.digest IS 'SHA-256 of the mutation''s name and its input.';
COMMENT ON COLUMN idempotency_keys.done IS 'What came of it, as ids and counts; null only while it is under way.';
COMMENT ON COLUMN idempotency_keys.created_at IS 'When it was done; a day later the key is free again.';

SELECT protect_rows('idempotency_keys');
