-- What was done, kept by month so that a month can be taken away as a whole.

CREATE TABLE agent_memory (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    block_id varchar(50) NOT NULL,
    action varchar(100) NOT NULL,
    context text NOT NULL,
    user_input text,
    agent_response text,
    metadata jsonb,
    timestamp timestamptz NOT NULL DEFAULT now(),
    session_id varchar(255) NOT NULL,
    -- Partitioning asks for the time in the key.
    CONSTRAINT agent_memory_pkey PRIMARY KEY (id, timestamp),
    CONSTRAINT agent_memory_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT agent_memory_metadata_check CHECK (jsonb_typeof(metadata) = 'object')
) PARTITION BY RANGE (timestamp);

CREATE INDEX idx_agent_memory_user_id_timestamp ON agent_memory (user_id, timestamp DESC);
CREATE INDEX idx_agent_memory_session_id ON agent_memory (session_id);
CREATE INDEX idx_agent_memory_block_id_timestamp ON agent_memory (block_id, timestamp DESC);
CREATE INDEX idx_agent_memory_metadata ON agent_memory USING gin (metadata);

COMMENT ON TABLE agent_memory IS 'One row for each thing that was done, the activity that its user can read; a partition for each month in UTC.';
COMMENT ON COLUMN agent_memory.id IS 'Names the activity, together with its time.';
COMMENT ON COLUMN agent_memory.user_id IS 'Who did it, or for whom the system did it.';
COMMENT ON COLUMN agent_memory.block_id IS 'The part of the product that it happened in.';
COMMENT ON COLUMN agent_memory.action IS 'What was done, as noun and verb in the past tense.';
COMMENT ON COLUMN agent_memory.context IS 'What it was about.';
COMMENT ON COLUMN agent_memory.user_input IS 'What was asked for, without secrets and personal data, null when nothing was.';
COMMENT ON COLUMN agent_memory.agent_response IS 'What was answered or changed, null when nothing was.';
COMMENT ON COLUMN agent_memory.metadata IS 'Further facts, as a JSON object, null without any.';
COMMENT ON COLUMN agent_memory.timestamp IS 'When it was done; decides the partition.';
COMMENT ON COLUMN agent_memory.session_id IS 'The sign-in, token or job that did it.';

SELECT public.protect_rows('agent_memory');

-- The partitions live apart, where the server has no access: it reads and writes them only through the table itself,
-- whose row-level security holds for them.
CREATE SCHEMA partitions;
COMMENT ON SCHEMA partitions IS 'The monthly parts of agent_memory; nobody but their owner reads them directly.';
CREATE TABLE partitions.agent_memory_default PARTITION OF agent_memory DEFAULT;
COMMENT ON TABLE partitions.agent_memory_default IS 'Activity of months that have no partition of their own.';

-- Works with its owner's rights, because only the owner of agent_memory may add a partition. Attaching a finished table
-- blocks readers and writers of agent_memory less than making the partition in place; it still waits for those who use
-- the default partition, so it gives up after some seconds rather than hold up everybody behind it.
CREATE FUNCTION public.ensure_activity_partitions(months_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '5s'
AS $$
DECLARE
    this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    month_start timestamp;
    partition_name text;
    made integer := 0;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'Partitions are made for 0 to 120 months ahead.';
    END IF;
    -- A second caller waits here, and then finds the months made. The number only has to be the function's own.
    PERFORM pg_advisory_xact_lock(7305804402566131041);
    FOR i IN 0..months_ahead LOOP
        month_start := this_month + make_interval(months => i);
        partition_name := 'agent_memory_' || to_char(month_start, 'YYYY_MM');
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'partitions' AND c.relname = partition_name
        );
        BEGIN
            EXECUTE format(
                'CREATE TABLE partitions.%I (LIKE public.agent_memory INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                partition_name);
            EXECUTE format(
                'ALTER TABLE public.agent_memory ATTACH PARTITION partitions.%I FOR VALUES FROM (%L) TO (%L)',
                partition_name, month_start || '+00', month_start + interval '1 month' || '+00');
            EXECUTE format(
                'COMMENT ON TABLE partitions.%I IS %L',
                partition_name, 'Activity of ' || to_char(month_start, 'YYYY-MM') || ' in UTC.');
            made := made + 1;
        EXCEPTION WHEN check_violation THEN
            RAISE NOTICE 'No partition is made for %, because rows of that month lie in the default partition.',
                to_char(month_start, 'YYYY-MM');
        END;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION public.ensure_activity_partitions(integer) IS
    'Makes the partitions of agent_memory for this month and the given number of months ahead; returns how many were missing and could be made.';
REVOKE ALL ON FUNCTION public.ensure_activity_partitions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.ensure_activity_partitions(integer) TO stackmotive_app;

SELECT public.ensure_activity_partitions(3);
