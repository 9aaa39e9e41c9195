DROP TABLE portfolio_sync_log;
DROP TABLE portfolio_position;
DROP TABLE portfolio_holdings;
DROP TABLE portfolio_summary;
