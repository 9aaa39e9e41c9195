DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('public.audit_rules'::regproc), 'last_rebalance_time,last_run_time,', 'last_rebalance_time,');
END $$;
-- The audit's trigger names every column of its table.
DROP FUNCTION public.audit_rebalance_schedule() CASCADE;
ALTER TABLE rebalance_schedule DROP COLUMN last_run_time;
SELECT public.audit_table('rebalance_schedule');
