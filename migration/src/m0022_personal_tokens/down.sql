DROP FUNCTION public.auth_personal_token(text, boolean, text[], bigint[]);
DROP POLICY user_preferences_auth ON user_preferences;
REVOKE SELECT (user_id, api_access_enabled) ON user_preferences FROM stackmotive_auth;
DROP TABLE personal_token_calls;
DROP TABLE personal_tokens;
