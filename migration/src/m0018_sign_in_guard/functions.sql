-- Counting attempts. The rules stand here alone, because several servers count together; docs/api.md tells them.

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_attempts TO stackmotive_auth;
GRANT SELECT (ip_address) ON user_sessions TO stackmotive_auth;
GRANT UPDATE (failed_login_attempts) ON users TO stackmotive_auth;
CREATE POLICY sign_in_attempts_auth ON sign_in_attempts TO stackmotive_auth USING (true) WITH CHECK (true);
CREATE POLICY users_auth_update ON users FOR UPDATE TO stackmotive_auth USING (true) WITH CHECK (true);

-- A household or a server has a /64 of IPv6 to itself, and could otherwise come from ever new addresses.
CREATE FUNCTION public.auth_network(p_address inet) RETURNS inet
    LANGUAGE sql IMMUTABLE
    RETURN CASE family(p_address) WHEN 6 THEN network(set_masklen(p_address, 64))::inet ELSE p_address END;
COMMENT ON FUNCTION public.auth_network(inet) IS 'What of an address is counted: IPv4 as a whole, the first 64 bits of IPv6, null when it is unknown.';

CREATE FUNCTION public.auth_knows_address(p_email text, p_address inet) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM public.users u JOIN public.user_sessions s ON s.user_id = u.id
        WHERE lower(u.email) = lower(p_email)
            -- A range of single addresses, which an index can look up.
            AND s.ip_address >= set_masklen(n.network, n.bits)
            AND s.ip_address <= set_masklen(broadcast(n.network), n.bits)
            AND s.last_activity_at > now() - interval '30 days'
    )
    FROM (SELECT public.auth_network(p_address) AS network, CASE family(p_address) WHEN 6 THEN 128 ELSE 32 END AS bits) n
$$;
COMMENT ON FUNCTION public.auth_knows_address(text, inet) IS
    'True when the account was signed in from this address in the last 30 days; false for an unknown account or address.';

CREATE FUNCTION public.auth_counters(p_action text, p_email text, p_address inet, p_known boolean)
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
COMMENT ON FUNCTION public.auth_counters(text, text, inet, boolean) IS
    'What an attempt counts on, in the order in which the counters are locked, and how many attempts each has free; from an address that the account knows, on the two of them together alone.';

-- The counters' rows are the locks: of a burst of attempts each finds what those before it have counted. That needs
-- READ COMMITTED, as auth_rotate does. An attempt that has to wait counts nowhere.
CREATE FUNCTION public.auth_reserve(p_action text, p_email text, p_address inet)
    RETURNS TABLE (reserved_at timestamptz, is_known boolean, retry_at timestamptz, retry_seconds integer)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_each record;
    moment timestamptz;
BEGIN
    is_known := p_action = 'password' AND public.auth_knows_address(p_email, p_address);
    retry_at := (
        SELECT max(a.blocked_until)
        FROM public.sign_in_attempts a JOIN public.auth_counters(p_action, p_email, p_address, is_known) c USING (counter, key));
    -- Read after the counters: an attempt counted a moment ago at the same time as this one blocks nobody.
    moment := clock_timestamp();
    IF retry_at > moment THEN
        retry_seconds := ceil(extract(epoch FROM retry_at - moment));
        RETURN NEXT;
        RETURN;
    END IF;

    FOR of_each IN SELECT * FROM public.auth_counters(p_action, p_email, p_address, is_known) LOOP
        INSERT INTO public.sign_in_attempts AS a (counter, key, attempts, last_at, blocked_until, forgotten_at)
        VALUES (of_each.counter, of_each.key, 0, moment, moment, moment)
        ON CONFLICT ON CONSTRAINT sign_in_attempts_pkey DO UPDATE SET attempts = a.attempts;
    END LOOP;
    -- Waiting for those locks takes time, and others may have used up what was left meanwhile.
    retry_at := (
        SELECT max(a.blocked_until)
        FROM public.sign_in_attempts a JOIN public.auth_counters(p_action, p_email, p_address, is_known) c USING (counter, key));
    moment := clock_timestamp();
    IF retry_at > moment THEN
        retry_seconds := ceil(extract(epoch FROM retry_at - moment));
        RETURN NEXT;
        RETURN;
    END IF;

    -- Each quarter of an hour without an attempt forgives one. Behind the free ones each waits twice as long as the one
    -- before it, a quarter of an hour at most.
    UPDATE public.sign_in_attempts a SET
        attempts = n.attempts,
        last_at = moment,
        blocked_until = CASE
            WHEN n.attempts < n.free THEN moment
            ELSE moment + least(interval '15 minutes', interval '5 seconds' * 2 ^ least(n.attempts - n.free, 8))
        END,
        forgotten_at = moment + interval '15 minutes' * n.attempts
    FROM (
        SELECT b.counter, b.key, c.free,
            1 + greatest(0, b.attempts - floor(extract(epoch FROM moment - b.last_at) / 900)::integer) AS attempts
        FROM public.sign_in_attempts b JOIN public.auth_counters(p_action, p_email, p_address, is_known) c USING (counter, key)
    ) n
    WHERE a.counter = n.counter AND a.key = n.key;

    -- Each attempt takes more rows away than it can add.
    DELETE FROM public.sign_in_attempts a USING (
        SELECT f.counter, f.key FROM public.sign_in_attempts f
        WHERE f.forgotten_at < moment ORDER BY f.forgotten_at LIMIT 10 FOR UPDATE SKIP LOCKED
    ) gone
    WHERE a.counter = gone.counter AND a.key = gone.key;
    reserved_at := moment;
    retry_at := NULL;
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION public.auth_reserve(text, text, inet) IS
    'Counts an attempt before it is made: reserved_at, and whether the account knows the address; or when to come back, and nothing is counted.';

CREATE FUNCTION public.auth_settle(p_email text, p_address inet, p_reserved_at timestamptz, p_known boolean, p_success boolean)
    RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_each record;
BEGIN
    FOR of_each IN SELECT * FROM public.auth_counters('password', p_email, p_address, p_known) LOOP
        -- What others have counted since keeps its wait.
        UPDATE public.sign_in_attempts a SET
            attempts = greatest(0, CASE WHEN p_success AND a.counter = 'account_at_address' THEN 0 ELSE a.attempts - 1 END),
            blocked_until = CASE
                WHEN a.last_at = p_reserved_at OR p_success AND a.counter = 'account_at_address' THEN p_reserved_at
                ELSE a.blocked_until
            END
        WHERE a.counter = of_each.counter AND a.key = of_each.key;
    END LOOP;
END
$$;
COMMENT ON FUNCTION public.auth_settle(text, inet, timestamptz, boolean, boolean) IS
    'Takes back what an attempt has counted; after a success the account at this address begins anew.';

-- Of an address that is shared with others, what they have tried at other accounts stays counted.
CREATE FUNCTION public.auth_forgive(p_email text, p_address inet) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM public.sign_in_attempts a
    USING public.auth_counters('password', p_email, p_address, false) c
    WHERE a.counter = c.counter AND a.key = c.key AND c.counter IN ('account', 'account_at_address')
$$;
COMMENT ON FUNCTION public.auth_forgive(text, inet) IS
    'Forgets the attempts at an account, altogether and from this address, for its owner who has proved by mail who they are.';

CREATE FUNCTION public.auth_failed(p_email text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
    UPDATE public.users SET failed_login_attempts = failed_login_attempts + 1
    WHERE lower(email) = lower(p_email) AND failed_login_attempts < 2147483647
$$;
COMMENT ON FUNCTION public.auth_failed(text) IS 'Counts a wrong password or code on the account, where there is one.';

-- Ownership can be handed only to a role that may create in the schema; that right is lent for this moment.
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
DO $$
DECLARE
    guard_function regprocedure;
BEGIN
    FOREACH guard_function IN ARRAY ARRAY[
        'public.auth_network(inet)',
        'public.auth_knows_address(text, inet)',
        'public.auth_counters(text, text, inet, boolean)',
        'public.auth_reserve(text, text, inet)',
        'public.auth_settle(text, inet, timestamptz, boolean, boolean)',
        'public.auth_forgive(text, inet)',
        'public.auth_failed(text)'
    ]::regprocedure[] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', guard_function);
        EXECUTE format('ALTER FUNCTION %s OWNER TO stackmotive_auth', guard_function);
    END LOOP;
END
$$;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
-- The server counts as a whole, and never with the parts.
REVOKE ALL ON FUNCTION public.auth_network(inet) FROM stackmotive_app;
REVOKE ALL ON FUNCTION public.auth_knows_address(text, inet) FROM stackmotive_app;
REVOKE ALL ON FUNCTION public.auth_counters(text, text, inet, boolean) FROM stackmotive_app;
