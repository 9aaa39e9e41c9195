COMMENT ON COLUMN user_onboarding_progress.tax_file_number IS 'Tax file number, encrypted by the server, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.tax_identification_number IS 'Tax number, encrypted by the server, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.phone_number IS 'Telephone number, encrypted by the server, null while not answered.';
COMMENT ON COLUMN users.totp_secret IS 'Secret of the second factor, encrypted by the server, null without one.';
COMMENT ON COLUMN users.hashed_password IS 'The bcrypt hash of the password; it never leaves the server.';

DROP TRIGGER user_onboarding_progress_touch ON user_onboarding_progress;
CREATE TRIGGER user_onboarding_progress_touch BEFORE UPDATE ON user_onboarding_progress
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
DROP TRIGGER users_touch ON users;
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
DROP TRIGGER users_sealed ON users;
DROP FUNCTION public.scope_is_resealing();
DROP FUNCTION public.refuse_unsealed_password();

-- Hashes that are sealed stay so, since opening them needs the keys: only new ones are looked at again.
ALTER TABLE users
    DROP CONSTRAINT users_totp_secret_check,
    DROP CONSTRAINT users_hashed_password_check,
    ADD CONSTRAINT users_hashed_password_check
        CHECK (hashed_password ~ '^\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}$') NOT VALID;
ALTER TABLE user_onboarding_progress
    DROP CONSTRAINT user_onboarding_progress_phone_number_check,
    DROP CONSTRAINT user_onboarding_progress_tax_identification_number_check,
    DROP CONSTRAINT user_onboarding_progress_tax_file_number_check;
DROP FUNCTION public.is_sealed(text);
