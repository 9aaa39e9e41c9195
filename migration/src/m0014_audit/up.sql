-- Who did what to whose row, what was refused, and who tried to sign in: written by triggers and by one function, read
-- by administrators, changed by nobody. It names people by id alone and has no foreign keys, so it outlives accounts.

CREATE TABLE audit_log (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    at timestamptz NOT NULL DEFAULT now(),
    operation varchar(30) NOT NULL,
    scope varchar(10) NOT NULL,
    actor_id uuid,
    owner_id uuid,
    table_name varchar(63),
    row_id uuid,
    changes jsonb,
    details jsonb,
    request_id uuid,
    address inet,
    -- Partitioning asks for the time in the key.
    CONSTRAINT audit_log_pkey PRIMARY KEY (id, at),
    CONSTRAINT audit_log_operation_check CHECK (operation IN (
        'UPDATE', 'DELETE', 'REFUSED', 'TOKEN_REFUSED', 'SIGN_IN_FAILED', 'SIGN_IN_THROTTLED', 'MAIL_REQUESTED',
        'EMAIL_VERIFIED', 'PASSWORD_RESET', 'SECOND_FACTOR_CHANGED', 'REVEALED', 'KEYS_ROTATED', 'DRY_RUN',
        'EVENTS_DROPPED'
    )),
    CONSTRAINT audit_log_scope_check CHECK (scope IN ('nobody', 'user', 'admin', 'system')),
    CONSTRAINT audit_log_changes_check CHECK (jsonb_typeof(changes) = 'object'),
    CONSTRAINT audit_log_details_check CHECK (jsonb_typeof(details) = 'object')
) PARTITION BY RANGE (at);

CREATE INDEX idx_audit_log_at ON audit_log (at DESC);
CREATE INDEX idx_audit_log_actor_id_at ON audit_log (actor_id, at DESC);
CREATE INDEX idx_audit_log_owner_id_at ON audit_log (owner_id, at DESC);

COMMENT ON TABLE audit_log IS 'One row for each change of a watched row, each refusal and each failed sign-in; only ever added to; a partition for each month in UTC.';
COMMENT ON COLUMN audit_log.id IS 'Names the entry, together with its time.';
COMMENT ON COLUMN audit_log.at IS 'When it happened; decides the partition.';
COMMENT ON COLUMN audit_log.operation IS 'What happened: UPDATE and DELETE are written by triggers, everything else by the server.';
COMMENT ON COLUMN audit_log.scope IS 'In whose name the server worked: nobody''s, a user''s, an admin''s or its own.';
COMMENT ON COLUMN audit_log.actor_id IS 'Who did it or tried to, null when nobody was signed in.';
COMMENT ON COLUMN audit_log.owner_id IS 'Whose row or account it was about, null when it was about nobody''s.';
COMMENT ON COLUMN audit_log.table_name IS 'The table of the row that it was about, null without one.';
COMMENT ON COLUMN audit_log.row_id IS 'The row that it was about, null without one.';
COMMENT ON COLUMN audit_log.changes IS 'For UPDATE and DELETE: each changed column with its old and new value, or that its value is withheld; otherwise null.';
COMMENT ON COLUMN audit_log.details IS 'For everything else: further facts, without secrets and personal data; null without any.';
COMMENT ON COLUMN audit_log.request_id IS 'The request that did it, as its answer and the log name it, null outside of requests.';
COMMENT ON COLUMN audit_log.address IS 'Where the request came from, null when unknown.';

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
-- Rows come from functions that belong to stackmotive_auth; the server itself may only look, and only as an admin.
REVOKE ALL ON audit_log FROM stackmotive_app;
GRANT SELECT ON audit_log TO stackmotive_app;
GRANT INSERT ON audit_log TO stackmotive_auth;
CREATE POLICY audit_log_admin ON audit_log FOR SELECT TO stackmotive_app
    USING ((SELECT public.scope_is_admin()));
CREATE POLICY audit_log_auth ON audit_log FOR INSERT TO stackmotive_auth WITH CHECK (true);
