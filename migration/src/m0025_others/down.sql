DROP FUNCTION public.auth_another_admin();
DROP FUNCTION public.auth_readers(uuid);
REVOKE SELECT (watchlist_id) ON watchlist_shares FROM stackmotive_auth;
