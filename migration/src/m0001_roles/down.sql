DROP FUNCTION public.protect_rows(text, text);
DROP FUNCTION public.refuse_foreign_reference(text, text, text);
DROP FUNCTION public.refuse_new_owner();
DROP FUNCTION public.touch_last_updated();
DROP FUNCTION public.touch_updated_at();
DROP FUNCTION public.scope_is_system();
DROP FUNCTION public.scope_is_admin();
DROP FUNCTION public.scope_user_id();

ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE EXECUTE ON FUNCTIONS FROM stackmotive_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE USAGE, SELECT ON SEQUENCES FROM stackmotive_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM stackmotive_app;
REVOKE USAGE ON SCHEMA public FROM stackmotive_app, stackmotive_auth;

-- A role goes only when no other database of the cluster uses it, and when this role may drop it.
DO $$
DECLARE
    made_role text;
BEGIN
    FOREACH made_role IN ARRAY ARRAY['stackmotive_app', 'stackmotive_auth'] LOOP
        BEGIN
            EXECUTE format('DROP ROLE IF EXISTS %I', made_role);
        EXCEPTION WHEN dependent_objects_still_exist OR object_in_use OR insufficient_privilege THEN
            RAISE NOTICE 'The role % stays, because something else needs it: %', made_role, SQLERRM;
        END;
    END LOOP;
END
$$;
