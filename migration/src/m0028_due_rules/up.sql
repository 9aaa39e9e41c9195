-- Of which rules subscribers were told that they want something done, so that each is told once.

ALTER TABLE user_trade_rule ADD COLUMN notified_at timestamptz;
COMMENT ON COLUMN user_trade_rule.notified_at IS 'When subscribers were last told that it wants something done, null once it no longer does.';

-- Telling of a rule changes nothing that its user has seen of it.
DROP TRIGGER user_trade_rule_touch ON user_trade_rule;
CREATE TRIGGER user_trade_rule_touch
    BEFORE UPDATE OF id, user_id, symbol, rule_type, threshold, frequency, amount, enabled, last_triggered, created_at, updated_at
    ON user_trade_rule FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
