-- What was done when a plan was carried out: where, with how much cash, and each trade.

ALTER TABLE rebalance_execution
    ADD COLUMN vault_id varchar(100),
    ADD COLUMN cash_before decimal(20,2),
    ADD COLUMN new_cash decimal(20,2),
    ADD COLUMN cash_after decimal(20,2),
    ADD COLUMN trades jsonb NOT NULL DEFAULT '[]',
    ADD CONSTRAINT rebalance_execution_cash_before_check CHECK (cash_before <> 'NaN'),
    ADD CONSTRAINT rebalance_execution_new_cash_check CHECK (new_cash <> 'NaN'),
    ADD CONSTRAINT rebalance_execution_cash_after_check CHECK (cash_after <> 'NaN'),
    ADD CONSTRAINT rebalance_execution_trades_check CHECK (jsonb_typeof(trades) = 'array');

COMMENT ON COLUMN rebalance_execution.vault_id IS 'The name that the portfolio had then, null where it was not kept.';
COMMENT ON COLUMN rebalance_execution.cash_before IS 'Cash before anything happened, null when nothing did or it was not kept.';
COMMENT ON COLUMN rebalance_execution.new_cash IS 'Money that came in before the first trade, negative when it was taken out; null as with cash_before.';
COMMENT ON COLUMN rebalance_execution.cash_after IS 'Cash after the last trade, null as with cash_before.';
COMMENT ON COLUMN rebalance_execution.trades IS 'What was bought and sold: symbol, side, quantity, price and amount of each trade.';
