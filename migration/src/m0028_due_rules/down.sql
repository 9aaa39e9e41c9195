DROP TRIGGER user_trade_rule_touch ON user_trade_rule;
CREATE TRIGGER user_trade_rule_touch BEFORE UPDATE ON user_trade_rule
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
ALTER TABLE user_trade_rule DROP COLUMN notified_at;
