ALTER TABLE rebalance_schedule DROP COLUMN last_run_time;
