DROP VIEW people;
DROP POLICY journal_entries_auth ON journal_entries;
DROP POLICY watchlists_auth ON watchlists;
DROP POLICY watchlist_shares_auth ON watchlist_shares;
REVOKE SELECT (user_id, is_public) ON journal_entries FROM stackmotive_auth;
REVOKE SELECT (owner_id, is_public) ON watchlists FROM stackmotive_auth;
REVOKE SELECT (owner_id, shared_with_id) ON watchlist_shares FROM stackmotive_auth;
