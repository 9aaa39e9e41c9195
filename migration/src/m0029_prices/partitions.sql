-- One more table has monthly partitions, and the catalogue knows which ones have.

COMMENT ON SCHEMA partitions IS 'The monthly parts of agent_memory, audit_log and prices; nobody but their owner reads them directly.';

CREATE OR REPLACE FUNCTION public.ensure_partitions(months_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET lock_timeout = '5s'
AS $$
DECLARE
    this_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
    parent text;
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
    FOR parent IN
        SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'p' ORDER BY c.relname
    LOOP
        FOR i IN 0..months_ahead LOOP
            month_start := this_month + make_interval(months => i);
            partition_name := parent || '_' || to_char(month_start, 'YYYY_MM');
            CONTINUE WHEN EXISTS (
                SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'partitions' AND c.relname = partition_name
            );
            BEGIN
                EXECUTE format(
                    'CREATE TABLE partitions.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                    partition_name, parent);
                EXECUTE format(
                    'ALTER TABLE public.%I ATTACH PARTITION partitions.%I FOR VALUES FROM (%L) TO (%L)',
                    parent, partition_name, month_start || '+00', month_start + interval '1 month' || '+00');
                EXECUTE format(
                    'COMMENT ON TABLE partitions.%I IS %L',
                    partition_name, format('Rows of %s in %s, in UTC.', parent, to_char(month_start, 'YYYY-MM')));
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE NOTICE 'No partition of % is made for %, because rows of that month lie in the default partition.',
                    parent, to_char(month_start, 'YYYY-MM');
            END;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION public.ensure_partitions(integer) IS
    'Makes the monthly partitions of every table that has some, for this month and the given number of months ahead; returns how many were missing and could be made.';

SELECT public.ensure_partitions(3);
