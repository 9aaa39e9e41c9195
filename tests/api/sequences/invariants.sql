-- What has to hold whatever was written: each row of the answer is something that does not, with its id.
WITH holding AS (
    SELECT h.*, round(h.quantity * h.avg_cost, 2) AS cost FROM portfolio_holdings h
), total AS (
    SELECT p.id, count(h.id) AS holdings, coalesce(sum(h.market_value), 0) AS value, coalesce(sum(h.cost), 0) AS cost,
        coalesce(sum(h.total_gain_loss) FILTER (WHERE h.avg_cost > 0), 0) AS gain,
        coalesce(sum(h.day_gain_loss), 0) AS day_gain
    FROM portfolio_summary p LEFT JOIN holding h ON h.user_id = p.user_id AND h.vault_id = p.vault_id
    GROUP BY p.id
), trade AS (
    SELECT t.*, CASE trade_type WHEN 'short' THEN -1 ELSE 1 END AS side FROM manual_trade_logs t
)
SELECT 'a holding is worth its quantity times its price: ' || id FROM holding
WHERE market_value <> round(quantity * current_price, 2)
UNION ALL
SELECT 'the gain of a holding is its value less its cost: ' || id FROM holding
WHERE abs(total_gain_loss - CASE WHEN avg_cost > 0 THEN market_value - cost ELSE 0 END) > 0.01
UNION ALL
SELECT 'a portfolio is worth its holdings and its cash: ' || id FROM portfolio_summary p JOIN total t USING (id)
WHERE p.portfolio_value <> t.value + p.cash_balance
UNION ALL
SELECT 'a portfolio counts its holdings: ' || id FROM portfolio_summary p JOIN total t USING (id)
WHERE p.number_of_holdings <> t.holdings
UNION ALL
SELECT 'the gain of a portfolio is that of its holdings: ' || id FROM portfolio_summary p JOIN total t USING (id)
WHERE p.total_gain_loss <> t.gain OR p.day_gain_loss <> t.day_gain
UNION ALL
SELECT 'what is invested is what the holdings cost: ' || id FROM portfolio_summary p JOIN total t USING (id)
WHERE abs(p.invested_amount - t.cost) > 0.01 * t.holdings
UNION ALL
SELECT 'derived holdings are what the positions add up to: ' || coalesce(h.symbol, p.symbol)
FROM (SELECT user_id, symbol, sum(quantity) AS quantity FROM portfolio_holdings WHERE is_derived GROUP BY 1, 2) h
FULL JOIN (SELECT user_id, symbol, sum(quantity) AS quantity FROM portfolio_position GROUP BY 1, 2) p
    ON p.user_id = h.user_id AND p.symbol = h.symbol
WHERE h.quantity IS DISTINCT FROM p.quantity
UNION ALL
-- A part that was closed on its own takes the remainder of rounding.
SELECT 'a trade is worth its price times its quantity: ' || id FROM trade
WHERE abs(total_value - round(entry_price * quantity, 2)) > CASE status WHEN 'closed' THEN 0.01 ELSE 0 END
UNION ALL
SELECT 'a closed trade has ended, after it began: ' || id FROM trade
WHERE status = 'closed' AND trade_type IN ('buy', 'short')
    AND NOT coalesce(exit_price > 0 AND exit_date >= execution_time AND NOT is_active AND realized_pnl IS NOT NULL, false)
UNION ALL
SELECT 'an open trade has not ended: ' || id FROM trade
WHERE status = 'open' AND NOT (is_active AND exit_price IS NULL AND exit_date IS NULL AND realized_pnl IS NULL)
UNION ALL
SELECT 'what a trade realised is its difference in price less its fees: ' || id FROM trade
WHERE status = 'closed' AND trade_type IN ('buy', 'short')
    AND abs(realized_pnl - (side * (exit_price - entry_price) * quantity - coalesce(fees, 0))) > 0.01
UNION ALL
SELECT 'risk and reward stand on the right sides of a trade: ' || id FROM trade
WHERE risk_reward_ratio IS NOT NULL AND NOT coalesce(
    side * (target_price - entry_price) > 0 AND side * (entry_price - stop_loss_price) > 0
    AND abs(risk_reward_ratio - abs(target_price - entry_price) / abs(entry_price - stop_loss_price)) <= 0.01, false)
UNION ALL
SELECT 'the shares of trading preferences add up to 100: ' || id FROM user_trading_preferences
WHERE cash_allocation_target + equity_allocation_target + bond_allocation_target + alternative_allocation_target <> 100
UNION ALL
SELECT 'a schedule that is not manual has a next time: ' || id FROM rebalance_schedule
WHERE (next_scheduled_time IS NULL) <> (frequency = 'manual') AND updated_at > created_at
UNION ALL
SELECT 'an account says what its onboarding says: ' || u.id
FROM users u JOIN user_onboarding_progress o ON o.user_id = u.id
WHERE u.has_completed_onboarding <> (u.onboarding_completed_at IS NOT NULL)
UNION ALL
SELECT 'a user''s rows name the user''s rows: ' || what FROM (
    SELECT 'analysis ' || a.id FROM trade_analysis a JOIN manual_trade_logs t ON t.id = a.trade_log_id
    WHERE a.user_id <> t.user_id
    UNION ALL SELECT 'trade log ' || t.id FROM manual_trade_logs t JOIN journal_entries e ON e.id = t.journal_entry_id
    WHERE e.user_id <> t.user_id
    UNION ALL SELECT 'entry ' || e.id FROM journal_entries e JOIN manual_trade_logs t ON t.id = e.trade_id
    WHERE e.user_id <> t.user_id
    UNION ALL SELECT 'assignment ' || a.id FROM asset_category_assignment a JOIN vault_categories c ON c.id = a.category_id
    WHERE a.user_id <> c.user_id
    UNION ALL SELECT 'share ' || s.id FROM watchlist_shares s JOIN watchlists w ON w.id = s.watchlist_id
    WHERE s.owner_id <> w.owner_id OR s.shared_with_id = w.owner_id
    UNION ALL SELECT 'execution ' || x.id FROM rebalance_execution x JOIN rebalance_schedule s ON s.id = x.schedule_id
    WHERE x.user_id <> s.user_id
) foreign_row (what)
UNION ALL
SELECT 'a symbol stands once: ' || what FROM (
    SELECT 'holding ' || symbol FROM portfolio_holdings GROUP BY user_id, vault_id, symbol HAVING count(*) > 1
    UNION ALL SELECT 'item ' || symbol FROM watchlist_items GROUP BY watchlist_id, symbol HAVING count(*) > 1
    UNION ALL SELECT 'assignment ' || symbol FROM asset_category_assignment GROUP BY category_id, symbol HAVING count(*) > 1
) twice (what)
UNION ALL
SELECT 'what is kept under a key was done: ' || key FROM idempotency_keys WHERE done IS NULL
