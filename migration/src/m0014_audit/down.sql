-- The rows of the audit go with it; what was made for agent_memory alone comes back.
DO $$
DECLARE
    watched text;
BEGIN
    FOR watched IN SELECT table_name FROM public.audit_rules() LOOP
        EXECUTE format('DROP FUNCTION public.%I() CASCADE', 'audit_' || watched);
    END LOOP;
END
$$;
DROP FUNCTION public.audit_table(text);
DROP FUNCTION public.audit_rules();
DROP FUNCTION public.ensure_partitions(integer);
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


DROP FUNCTION public.audit_record(jsonb);
DROP FUNCTION public.audit_address();
DROP FUNCTION public.audit_request_id();
DROP FUNCTION public.audit_scope();
DROP TABLE audit_log;
COMMENT ON SCHEMA partitions IS 'The monthly parts of agent_memory; nobody but their owner reads them directly.';
