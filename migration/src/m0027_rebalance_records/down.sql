ALTER TABLE rebalance_execution
    DROP COLUMN vault_id, DROP COLUMN cash_before, DROP COLUMN new_cash, DROP COLUMN cash_after, DROP COLUMN trades;
