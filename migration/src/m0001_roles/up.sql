-- The two roles. They belong to the whole cluster, so another database may have made them already, or may be making
-- them at this moment.

DO $$
DECLARE
    wanted_role text;
    -- From PostgreSQL 16 on, being a member does not by itself allow SET ROLE.
    needed_right text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH wanted_role IN ARRAY ARRAY['stackmotive_app', 'stackmotive_auth'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', wanted_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- Another database's migration was faster.
            END;
        END IF;
        -- Without membership this role could neither work as the server nor hand functions over to stackmotive_auth.
        IF NOT pg_has_role(current_user, wanted_role, needed_right) THEN
            BEGIN
                EXECUTE format('GRANT %I TO CURRENT_USER', wanted_role);
            EXCEPTION WHEN unique_violation THEN
                NULL; -- The same grant, made by another database's migration.
            END;
        END IF;
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = format(
            'The role %1$I may not make roles: run "CREATE ROLE stackmotive_app; CREATE ROLE stackmotive_auth; '
            'GRANT stackmotive_app, stackmotive_auth TO %1$I" as a superuser (leave out a role that exists), then migrate again.',
            current_user);
END
$$;

DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_roles
        WHERE rolname IN ('stackmotive_app', 'stackmotive_auth') AND (rolsuper OR rolbypassrls)
    ) OR pg_has_role('stackmotive_app', 'stackmotive_auth', 'MEMBER') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_role_specification',
            MESSAGE = 'The roles stackmotive_app and stackmotive_auth must be no superusers, have no BYPASSRLS, '
                      'and stackmotive_app must not be a member of stackmotive_auth.';
    END IF;
END
$$;

-- PostgreSQL 14 lets everybody create in this schema, where a planted function could stand in for one of ours.
-- Taking the step back does not give this right again: nothing here needs it.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO stackmotive_app, stackmotive_auth;

-- What later steps make is the server's to use; row-level security then decides on the rows.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO stackmotive_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO stackmotive_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO stackmotive_app;
