-- What the server itself tells the audit: refusals, failed sign-ins, what was revealed. It cannot tell of an UPDATE or
-- a DELETE, which only the triggers write, and outside of the system scope it can only tell of its own scope's user.

CREATE FUNCTION public.audit_scope() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN public.scope_is_system() THEN 'system'
        WHEN public.scope_is_admin() THEN 'admin'
        WHEN public.scope_user_id() IS NOT NULL THEN 'user'
        ELSE 'nobody'
    END;
COMMENT ON FUNCTION public.audit_scope() IS 'In whose name the transaction works, as the audit writes it.';

CREATE FUNCTION public.audit_request_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('stackmotive.request_id', true), '')::uuid;
COMMENT ON FUNCTION public.audit_request_id() IS 'The request that the transaction serves, null outside of requests.';

CREATE FUNCTION public.audit_address() RETURNS inet
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('stackmotive.address', true), '')::inet;
COMMENT ON FUNCTION public.audit_address() IS 'Where the transaction''s request came from, null when unknown.';

-- The system scope tells of what happened in other transactions, or before any was begun, and so says itself who it was.
CREATE FUNCTION public.audit_record(p_events jsonb) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_system boolean := public.scope_is_system();
    recorded integer;
BEGIN
    INSERT INTO public.audit_log
        (at, operation, scope, actor_id, owner_id, table_name, row_id, details, request_id, address)
    SELECT
        -- An event may have waited for the database, but not for ever, and it is never in the future.
        least(greatest(coalesce(e.at, clock_timestamp()), clock_timestamp() - interval '1 hour'), clock_timestamp()),
        e.operation,
        CASE WHEN is_system THEN coalesce(e.scope, 'system') ELSE public.audit_scope() END,
        CASE WHEN is_system THEN e.actor_id ELSE public.scope_user_id() END,
        e.owner_id, e.table_name, e.row_id, e.details,
        CASE WHEN is_system THEN e.request_id ELSE public.audit_request_id() END,
        CASE WHEN is_system THEN e.address ELSE public.audit_address() END
    FROM jsonb_to_recordset(p_events) AS e (
        at timestamptz, operation varchar, scope varchar, actor_id uuid, owner_id uuid, table_name varchar, row_id uuid,
        details jsonb, request_id uuid, address inet
    )
    WHERE e.operation NOT IN ('UPDATE', 'DELETE');
    GET DIAGNOSTICS recorded = ROW_COUNT;
    IF recorded <> jsonb_array_length(p_events) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege',
            MESSAGE = 'Changes of rows are recorded by their triggers alone.';
    END IF;
    RETURN recorded;
END
$$;
COMMENT ON FUNCTION public.audit_record(jsonb) IS
    'Adds events to the audit, given as a JSON array; UPDATE and DELETE are refused; returns how many were added.';

GRANT CREATE ON SCHEMA public TO stackmotive_auth;
REVOKE ALL ON FUNCTION public.audit_record(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.audit_record(jsonb) TO stackmotive_app;
ALTER FUNCTION public.audit_record(jsonb) OWNER TO stackmotive_auth;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
