-- Takes away what the fixture wrote by hand with figures that nobody computed.
DELETE FROM portfolio_holdings;
DELETE FROM portfolio_position;
DELETE FROM portfolio_summary;
DELETE FROM manual_trade_logs;
DELETE FROM user_trading_preferences;
DELETE FROM idempotency_keys;
