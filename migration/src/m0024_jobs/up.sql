-- Work that the server does by itself at its times, whichever of several servers does it.

CREATE TABLE jobs (
    name varchar(60) NOT NULL,
    due_at timestamptz NOT NULL,
    ran_at timestamptz,
    CONSTRAINT jobs_pkey PRIMARY KEY (name)
);

COMMENT ON TABLE jobs IS 'One row for each job that has its times: whoever holds its lock does the work, and moves it on in the same transaction.';
COMMENT ON COLUMN jobs.name IS 'What the job is called, also in the log.';
COMMENT ON COLUMN jobs.due_at IS 'When it is done next, at the earliest.';
COMMENT ON COLUMN jobs.ran_at IS 'When it was done last, null when it never was.';

-- Nobody's rows: only the system's own work sees them.
ALTER TABLE jobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE jobs FORCE ROW LEVEL SECURITY;
CREATE POLICY jobs_system ON jobs TO stackmotive_app
    USING ((SELECT public.scope_is_system())) WITH CHECK ((SELECT public.scope_is_system()));
