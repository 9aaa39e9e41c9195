-- One row in each table, for a user (…0001), and what another user (…0002) owns. The rows leave open whatever a rule
-- about several columns would look at, so that each probe meets one rule.
SELECT set_config('stackmotive.system', 'on', true);
INSERT INTO users (id, email, hashed_password)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'probe' || n || '@example.org', '$2b$04$' || repeat('a', 53)
FROM generate_series(1, 2) n;
INSERT INTO user_sessions (id, user_id, session_token, expires_at)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'probe', now());
INSERT INTO portfolio_summary (id, user_id, vault_id)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'probe');
INSERT INTO portfolio_holdings (id, user_id, symbol, quantity, avg_cost, current_price, market_value)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'PROBE', 1, 1, 1, 1);
INSERT INTO portfolio_position (id, user_id, symbol, quantity, avg_price, account, sync_source)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'PROBE', 1, 1, 'probe', 'csv');
INSERT INTO portfolio_sync_log (id, user_id, sync_source, status, sync_started, sync_completed)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'csv', 'success', now(), now());
INSERT INTO account_portfolios (id, user_id, account, vault_id)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'probe', 'probe');
INSERT INTO user_trade_rule (id, user_id, symbol, rule_type, threshold, frequency, amount)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'PROBE', 'DCA', 1, 'daily', 1);
INSERT INTO rebalance_schedule (id, user_id)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, ('00000000-0000-7000-8000-00000000000' || n)::uuid
FROM generate_series(1, 2) n;
INSERT INTO rebalance_execution
    (id, user_id, execution_type, portfolio_value_before, total_drift_percent, completed_successfully)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'manual', 1, 1, true);
INSERT INTO watchlists (id, owner_id, name)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'probe'
FROM generate_series(1, 2) n;
INSERT INTO watchlist_items (id, watchlist_id, symbol)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'PROBE');
INSERT INTO watchlist_shares (id, watchlist_id, owner_id, shared_with_id)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001',
        '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002');
INSERT INTO user_preferences (id, user_id)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001');
INSERT INTO user_theme_preferences (id, user_id)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001');
INSERT INTO user_onboarding_progress (id, user_id)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001');
INSERT INTO user_trading_preferences
    (id, user_id, max_position_size, cash_allocation_target, equity_allocation_target, bond_allocation_target,
     alternative_allocation_target)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', NULL, NULL, NULL, NULL, NULL);
INSERT INTO journal_entries (id, user_id, content, entry_date)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'probe', now()
FROM generate_series(1, 2) n;
INSERT INTO manual_trade_logs (id, user_id, symbol, trade_type, entry_price, quantity, total_value, trade_date, execution_time)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, ('00000000-0000-7000-8000-00000000000' || n)::uuid,
    'PROBE', 'buy', 1, 1, 1, now(), now()
FROM generate_series(1, 2) n;
INSERT INTO trade_analysis (id, user_id, trade_log_id)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001');
INSERT INTO vault_categories
    (id, user_id, category_name, category_code, category_type, target_allocation_percent, min_allocation_percent,
     max_allocation_percent)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, ('00000000-0000-7000-8000-00000000000' || n)::uuid,
    'probe', 'probe', 'custom', NULL, NULL, NULL
FROM generate_series(1, 2) n;
INSERT INTO asset_category_assignment (id, user_id, category_id, symbol)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001',
        '00000000-0000-7000-8000-000000000001', 'PROBE');
INSERT INTO agent_memory (id, user_id, block_id, action, context, session_id)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'probe', 'probe_made', 'probe', 'probe');
INSERT INTO audit_log (id, operation, scope, table_name, row_id, changes)
VALUES ('00000000-0000-7000-8000-000000000001', 'UPDATE', 'system', 'users', '00000000-0000-7000-8000-000000000001', '{}');
INSERT INTO sign_in_attempts (counter, key, attempts, last_at, blocked_until, forgotten_at)
VALUES ('account', repeat('0', 64), 1, now(), now(), now());
INSERT INTO idempotency_keys (user_id, key, field, digest)
VALUES ('00000000-0000-7000-8000-000000000001', 'probe', 'probe', sha256('probe'));
INSERT INTO user_two_factor (user_id) VALUES ('00000000-0000-7000-8000-000000000001');
INSERT INTO user_recovery_codes (id, user_id, code_hash)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', repeat('0', 64));
INSERT INTO prices (id, symbol, currency, price, source, time)
VALUES ('00000000-0000-7000-8000-000000000001', 'PROBE', 'USD', 1, 'probe', now());
INSERT INTO latest_prices (id, symbol, currency, price, time)
VALUES ('00000000-0000-7000-8000-000000000001', 'PROBE', 'USD', 1, now());
INSERT INTO portfolio_snapshots (id, user_id, vault_id, day, currency, portfolio_value, invested_amount, cash_balance)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'probe', '2026-03-02', 'USD', 1, 1, 1);
INSERT INTO rate_limits (bucket, empty_at, changed_at) VALUES ('probe', now(), now());
INSERT INTO jobs (name, due_at) VALUES ('probe', now());
INSERT INTO personal_tokens (id, user_id, name, token_hash, ending, scopes, expires_at)
VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001', 'probe', repeat('0', 64), 'aaaa',
        '{portfolio:read}', now());
INSERT INTO personal_token_calls (user_id, day, calls) VALUES ('00000000-0000-7000-8000-000000000001', '2026-03-02', 1);
