-- A fortnight counts from the last run, whether anything had to be done in it or not; `last_rebalance_time` is of those
-- alone that carried something out.
ALTER TABLE rebalance_schedule ADD COLUMN last_run_time timestamptz;
COMMENT ON COLUMN rebalance_schedule.last_run_time IS 'When it last ran, whether anything had to be done or not, null when it never did.';

-- The audit shows it beside the other.
DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('public.audit_rules'::regproc), 'last_rebalance_time,', 'last_rebalance_time,last_run_time,');
END $$;
SELECT public.audit_table('rebalance_schedule');
