-- What several servers tell each other of budgets. Every second each of them writes what its people took, so the table is
-- not logged: after a crash of PostgreSQL all budgets are full again, and nothing that matters is lost.

CREATE UNLOGGED TABLE rate_limits (
    bucket varchar(64) NOT NULL,
    empty_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    CONSTRAINT rate_limits_pkey PRIMARY KEY (bucket)
) WITH (fillfactor = 50);

COMMENT ON TABLE rate_limits IS 'How full the buckets of the budgets of cost are, all servers together; drained ones are deleted after a minute.';
COMMENT ON COLUMN rate_limits.bucket IS 'Whose bucket it is: user_ and the id, or address_ and the address, of IPv6 the first half.';
COMMENT ON COLUMN rate_limits.empty_at IS 'When the bucket will have drained; what is used moves it on by the time that it takes to drain.';
COMMENT ON COLUMN rate_limits.changed_at IS 'When a server last told that something was used.';

-- Nobody's rows: only the system's own work sees them.
ALTER TABLE rate_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY rate_limits_system ON rate_limits TO stackmotive_app
    USING ((SELECT public.scope_is_system())) WITH CHECK ((SELECT public.scope_is_system()));
