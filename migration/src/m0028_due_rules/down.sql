DROP TRIGGER user_trade_rule_touch ON user_trade_rule;
CREATE TRIGGER user_trade_rule_touch BEFORE UPDATE ON user_trade_rule
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
-- The audit's trigger names every column of its table.
DROP FUNCTION public.audit_user_trade_rule() CASCADE;
ALTER TABLE user_trade_rule DROP COLUMN notified_at;
SELECT public.audit_table('user_trade_rule');
