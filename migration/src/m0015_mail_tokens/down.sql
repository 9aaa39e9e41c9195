DROP FUNCTION public.auth_spend_token(text, text);
DROP FUNCTION public.auth_token_holder(text, text);
DROP FUNCTION public.auth_issue_token(uuid, text, text, inet, interval, integer, integer, interval);
DROP TABLE one_time_tokens;
