DROP TRIGGER users_touch ON users;
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW WHEN (NOT public.scope_is_resealing()) EXECUTE FUNCTION public.touch_updated_at();
DROP INDEX idx_user_sessions_user_id_ip_address;
DROP FUNCTION public.auth_failed(text);
DROP FUNCTION public.auth_forgive(text, inet);
DROP FUNCTION public.auth_settle(text, inet, timestamptz, boolean, boolean);
DROP FUNCTION public.auth_reserve(text, text, inet);
DROP FUNCTION public.auth_counters(text, text, inet, boolean);
DROP FUNCTION public.auth_knows_address(text, inet);
DROP FUNCTION public.auth_network(inet);
DROP POLICY users_auth_update ON users;
REVOKE UPDATE (failed_login_attempts) ON users FROM stackmotive_auth;
REVOKE SELECT (ip_address) ON user_sessions FROM stackmotive_auth;
DROP TABLE user_recovery_codes;
DROP TABLE user_two_factor;
DROP TABLE sign_in_attempts;
