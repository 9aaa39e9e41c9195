-- Signing in changes nothing that a form shows, and neither does a wrong password: neither moves updated_at, which says
-- whether somebody else has changed the account meanwhile.
DROP TRIGGER users_touch ON users;
CREATE TRIGGER users_touch BEFORE UPDATE OF
    id, email, hashed_password, tier, is_active, is_admin, has_completed_onboarding, onboarding_step,
    onboarding_completed_at, preferred_currency, display_name, email_verified_at, locked_until, password_changed_at,
    totp_secret, totp_enabled_at, created_by, updated_by, created_at, updated_at
    ON users FOR EACH ROW WHEN (NOT public.scope_is_resealing()) EXECUTE FUNCTION public.touch_updated_at();
