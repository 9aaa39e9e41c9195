DROP FUNCTION public.auth_account(text);

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
        ('register', 'register', network, 10)
    ) c (action, counter, name, free)
    WHERE c.action = p_action AND (c.counter = 'account_at_address' OR NOT p_known)
    ORDER BY c.counter
$$;

-- Forced policies hold for the owner of the table too.
ALTER TABLE sign_in_attempts NO FORCE ROW LEVEL SECURITY;
DELETE FROM sign_in_attempts WHERE counter IN ('share', 'share_at_address');
ALTER TABLE sign_in_attempts FORCE ROW LEVEL SECURITY;
ALTER TABLE sign_in_attempts
    DROP CONSTRAINT sign_in_attempts_counter_check,
    ADD CONSTRAINT sign_in_attempts_counter_check
        CHECK (counter IN ('account', 'account_at_address', 'address', 'register'));
COMMENT ON COLUMN sign_in_attempts.counter IS 'What is counted: attempts at an account, from an address, at an account from an address, or registrations from an address.';
