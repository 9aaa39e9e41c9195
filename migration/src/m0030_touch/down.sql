DROP TRIGGER users_touch ON users;
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW WHEN (NOT public.scope_is_resealing() AND NEW.failed_login_attempts <= OLD.failed_login_attempts)
    EXECUTE FUNCTION public.touch_updated_at();
