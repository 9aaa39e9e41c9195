-- Besides one row of each table, what mutations need that are about a second one, or about somebody else's.
SET stackmotive.system = 'on';
UPDATE users SET tier = 'enterprise' WHERE id = '{user}';
INSERT INTO user_sessions (user_id, session_token, refresh_token, expires_at, access_expires_at)
VALUES ('{user}', '{access}', '{refresh}', now() + interval '30 days', now() + interval '15 minutes');
UPDATE portfolio_holdings SET is_derived = true WHERE user_id = '{user}' AND vault_id = 'Growth';
UPDATE user_preferences SET api_access_enabled = true WHERE user_id = '{user}';
INSERT INTO portfolio_summary (user_id, vault_id, portfolio_value) VALUES ('{user}', 'Spare', 30);
INSERT INTO portfolio_holdings
    (user_id, vault_id, symbol, asset_name, allocation_type, quantity, avg_cost, current_price, market_value)
VALUES ('{user}', 'Spare', 'AIR', 'Air New Zealand', 'core', 10, 2, 3, 30);
INSERT INTO portfolio_summary (user_id, vault_id, portfolio_value) VALUES ('{user}', 'By hand', 30);
INSERT INTO portfolio_position (user_id, symbol, quantity, avg_price, current_price, account, sync_source)
VALUES ('{user}', 'AIR', 10, 2, 3, 'By hand', 'manual');
INSERT INTO account_portfolios (user_id, account, vault_id) VALUES ('{user}', 'By hand', 'By hand');
INSERT INTO portfolio_holdings (user_id, vault_id, symbol, is_derived, quantity, avg_cost, current_price, market_value)
VALUES ('{user}', 'By hand', 'AIR', true, 10, 2, 3, 30);
INSERT INTO watchlist_items (watchlist_id, symbol, position)
SELECT id, 'WBC', 1 FROM watchlists WHERE owner_id = '{user}';
INSERT INTO users (id, email, hashed_password)
VALUES (gen_random_uuid(), 'lender-to-{user}@example.com', '$2b$12$' || repeat('a', 53));
INSERT INTO watchlists (owner_id, name) SELECT id, 'Lent' FROM users WHERE email = 'lender-to-{user}@example.com';
INSERT INTO watchlist_shares (watchlist_id, owner_id, shared_with_id, is_read_only)
SELECT w.id, w.owner_id, '{user}', false
FROM watchlists w JOIN users u ON u.id = w.owner_id WHERE u.email = 'lender-to-{user}@example.com';
INSERT INTO manual_trade_logs (user_id, symbol, trade_type, entry_price, quantity, total_value, trade_date, execution_time)
VALUES ('{user}', 'AIR', 'buy', 20, 50, 1000, '2026-03-02', now());
INSERT INTO vault_categories (user_id, category_name, category_code, category_type)
VALUES ('{user}', 'Bonds', 'BONDS', 'asset_class');
UPDATE user_onboarding_progress SET
    current_step = 5, completed_steps = '[1, 2, 3, 4, 5]', completion_percentage = 100,
    trading_experience = 'none', risk_tolerance = 'moderate', investment_horizon = 'long_term', full_name = 'Ada',
    preferred_currency = 'NZD', tax_residency = 'NZ', employment_status = 'employed',
    terms_accepted = true, terms_accepted_at = now(), privacy_policy_accepted = true, privacy_policy_accepted_at = now()
WHERE user_id = '{user}';
DELETE FROM user_trading_preferences WHERE user_id = '{user}';
INSERT INTO user_trading_preferences (user_id) VALUES ('{user}');
