-- Password hashes and personal data are stored as the server seals them: `s1.<key id>.<nonce, ciphertext, tag>`. What
-- was sealed for another row or column has the same shape; only the server, which has the keys, finds that out.

CREATE FUNCTION public.is_sealed(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    -- Lengths are counted apart, because counting within the expression costs many times as much.
    RETURN value ~ '^s1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$'
        AND length(split_part(value, '.', 2)) <= 32 AND length(split_part(value, '.', 3)) >= 54;
COMMENT ON FUNCTION public.is_sealed(text) IS 'Whether a text has the form of sealed text; null for null.';

ALTER TABLE user_onboarding_progress
    ADD CONSTRAINT user_onboarding_progress_phone_number_check CHECK (public.is_sealed(phone_number)),
    ADD CONSTRAINT user_onboarding_progress_tax_identification_number_check
        CHECK (public.is_sealed(tax_identification_number)),
    ADD CONSTRAINT user_onboarding_progress_tax_file_number_check CHECK (public.is_sealed(tax_file_number));

-- A bcrypt hash may still stand there from before this step, or from an older backup: sealing it needs the keys, so the
-- server does that when it starts. It accepts no hash that is not sealed, and the trigger below lets it store none.
ALTER TABLE users
    ADD CONSTRAINT users_totp_secret_check CHECK (public.is_sealed(totp_secret)),
    DROP CONSTRAINT users_hashed_password_check,
    ADD CONSTRAINT users_hashed_password_check CHECK (
        public.is_sealed(hashed_password) OR hashed_password ~ '^\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}$'
    );

-- Whoever could store a hash of their own choice could sign in with it once the server has sealed it.
CREATE FUNCTION public.refuse_unsealed_password() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF row_security_active(TG_RELID) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'The server stores a password''s hash sealed.',
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'hashed_password',
            CONSTRAINT = 'users_hashed_password_check';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.refuse_unsealed_password() IS
    'Trigger: whoever row-level security holds for stores no hash that is not sealed.';

CREATE TRIGGER users_sealed BEFORE INSERT OR UPDATE OF hashed_password ON users
    FOR EACH ROW WHEN (NOT public.is_sealed(NEW.hashed_password)) EXECUTE FUNCTION public.refuse_unsealed_password();

-- Sealing a row anew with another key changes nothing that anybody has seen of it, so its time of change stays.
CREATE FUNCTION public.scope_is_resealing() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN public.scope_is_system() AND coalesce(current_setting('stackmotive.resealing', true), '') = 'on';
COMMENT ON FUNCTION public.scope_is_resealing() IS 'True when the system only seals rows anew with another key.';

DROP TRIGGER users_touch ON users;
CREATE TRIGGER users_touch BEFORE UPDATE ON users
    FOR EACH ROW WHEN (NOT public.scope_is_resealing()) EXECUTE FUNCTION public.touch_updated_at();
DROP TRIGGER user_onboarding_progress_touch ON user_onboarding_progress;
CREATE TRIGGER user_onboarding_progress_touch BEFORE UPDATE ON user_onboarding_progress
    FOR EACH ROW WHEN (NOT public.scope_is_resealing()) EXECUTE FUNCTION public.touch_updated_at();

COMMENT ON COLUMN users.hashed_password IS 'The bcrypt hash of the password, sealed by the server; it never leaves it.';
COMMENT ON COLUMN users.totp_secret IS 'Secret of the second factor, sealed by the server, null without one.';
COMMENT ON COLUMN user_onboarding_progress.phone_number IS 'Telephone number, sealed by the server, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.tax_identification_number IS 'Tax number, sealed by the server, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.tax_file_number IS 'Tax file number, sealed by the server, null while not answered.';
