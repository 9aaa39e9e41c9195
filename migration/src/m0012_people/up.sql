-- What anybody may see of somebody else: an id and the name that they chose, and only where the two have met: in a share,
-- or because the other one shows something in public. The view belongs to stackmotive_auth, so it looks with that role's
-- rights and policies, and row-level security on users stays as it is.

GRANT SELECT (owner_id, shared_with_id) ON watchlist_shares TO stackmotive_auth;
GRANT SELECT (owner_id, is_public) ON watchlists TO stackmotive_auth;
GRANT SELECT (user_id, is_public) ON journal_entries TO stackmotive_auth;

CREATE POLICY watchlist_shares_auth ON watchlist_shares FOR SELECT TO stackmotive_auth USING (true);
CREATE POLICY watchlists_auth ON watchlists FOR SELECT TO stackmotive_auth USING (true);
CREATE POLICY journal_entries_auth ON journal_entries FOR SELECT TO stackmotive_auth USING (true);

CREATE VIEW people WITH (security_barrier) AS
SELECT u.id, u.display_name
FROM users u
CROSS JOIN (SELECT nullif(current_setting('stackmotive.user_id', true), '')::uuid AS id) AS me
WHERE u.is_active
    AND (
        u.id = me.id
        OR (u.id = (SELECT v.created_by FROM users v WHERE v.id = me.id))
        OR (u.id = (SELECT v.updated_by FROM users v WHERE v.id = me.id))
        OR EXISTS (SELECT FROM watchlist_shares s WHERE s.owner_id = u.id AND s.shared_with_id = me.id)
        OR EXISTS (SELECT FROM watchlist_shares s WHERE s.owner_id = me.id AND s.shared_with_id = u.id)
        OR (me.id IS NOT NULL AND EXISTS (SELECT FROM watchlists w WHERE w.owner_id = u.id AND w.is_public))
        OR (me.id IS NOT NULL AND EXISTS (SELECT FROM journal_entries j WHERE j.user_id = u.id AND j.is_public))
    );
COMMENT ON VIEW people IS 'Other people as far as one may know them: those one shares with, and those who show something in public.';
COMMENT ON COLUMN people.id IS 'Their id.';
COMMENT ON COLUMN people.display_name IS 'The name that they chose, null when they chose none.';

REVOKE ALL ON people FROM stackmotive_app;
GRANT SELECT ON people TO stackmotive_app;
GRANT CREATE ON SCHEMA public TO stackmotive_auth;
ALTER VIEW people OWNER TO stackmotive_auth;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
