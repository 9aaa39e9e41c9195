-- Sharing by address: who has one can be asked for only through a function, and only so often.

ALTER TABLE sign_in_attempts
    DROP CONSTRAINT sign_in_attempts_counter_check,
    ADD CONSTRAINT sign_in_attempts_counter_check CHECK (
        counter IN ('account', 'account_at_address', 'address', 'register', 'share', 'share_at_address'));
COMMENT ON COLUMN sign_in_attempts.counter IS 'What is counted: attempts at an account, from an address, at an account from an address, registrations from an address, or sharings by an account and from an address.';

-- Who shares is signed in, so their own account is counted, and the address behind which they may have several.
CREATE OR REPLACE FUNCTION public.auth_counters(p_action text, p_email text, p_address inet, p_known boolean)
    RETURNS TABLE (counter text, key text, free integer)
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.counter, encode(sha256(convert_to(c.name, 'UTF8')), 'hex'), c.free
    FROM (
        SELECT lower(p_email) AS account, coalesce(public.auth_network(p_address)::text, 'unknown') AS network
    ) who,
    LATERAL (VALUES
        ('password', 'account', account, 50),
        ('password', 'account_at_address', account || ' ' || network, 5),
        ('password', 'address', network, 20),
        ('register', 'register', network, 10),
        ('share', 'share', account, 20),
        ('share', 'share_at_address', network, 60)
    ) c (action, counter, name, free)
    WHERE c.action = p_action AND (c.counter = 'account_at_address' OR NOT p_known)
    ORDER BY c.counter
$$;

CREATE FUNCTION public.auth_account(p_email text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id FROM public.users u WHERE lower(u.email) = lower(p_email) AND u.is_active
$$;
COMMENT ON FUNCTION public.auth_account(text) IS
    'Who has an open account with this address, whatever its case; null when nobody has.';

-- Ownership can be handed only to a role that may create in the schema; that right is lent for this moment.
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
REVOKE ALL ON FUNCTION public.auth_account(text) FROM PUBLIC;
ALTER FUNCTION public.auth_account(text) OWNER TO stackmotive_auth;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
