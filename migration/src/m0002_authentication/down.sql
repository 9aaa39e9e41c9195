DROP FUNCTION public.auth_rotate(text, text, text, interval, interval, interval);
DROP FUNCTION public.auth_credentials(text);
DROP FUNCTION public.auth_session(text);
DROP TABLE used_refresh_tokens;
DROP TABLE user_sessions;
DROP TABLE users;
DROP FUNCTION public.guard_is_admin();
DROP FUNCTION public.write_user_audit();
