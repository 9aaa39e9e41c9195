DROP TABLE rebalance_execution;
DROP TABLE rebalance_schedule;
DROP FUNCTION public.check_rebalance_execution_schedule();
