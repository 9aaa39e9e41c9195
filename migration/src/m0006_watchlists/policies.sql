-- Who reaches a list: its owner, whom it is shared with, and for reading everybody when it is public.
-- Policies that look at each other's tables would recurse, so those of watchlist_shares use its own columns alone.

SELECT public.protect_rows('watchlist_shares', 'owner_id');
CREATE POLICY watchlist_shares_shared ON watchlist_shares FOR SELECT TO stackmotive_app
    USING (shared_with_id = (SELECT public.scope_user_id()));
-- Whom a list is shared with may leave it.
CREATE POLICY watchlist_shares_shared_delete ON watchlist_shares FOR DELETE TO stackmotive_app
    USING (shared_with_id = (SELECT public.scope_user_id()));

SELECT public.protect_rows('watchlists', 'owner_id');
CREATE POLICY watchlists_public ON watchlists FOR SELECT TO stackmotive_app
    USING (is_public AND (SELECT public.scope_user_id()) IS NOT NULL);
CREATE POLICY watchlists_shared ON watchlists FOR SELECT TO stackmotive_app
    USING (id IN (
        SELECT s.watchlist_id FROM watchlist_shares s
        WHERE s.shared_with_id = (SELECT public.scope_user_id())
    ));
CREATE POLICY watchlists_shared_update ON watchlists FOR UPDATE TO stackmotive_app
    USING (id IN (
        SELECT s.watchlist_id FROM watchlist_shares s
        WHERE s.shared_with_id = (SELECT public.scope_user_id()) AND NOT s.is_read_only
    ))
    WITH CHECK (id IN (
        SELECT s.watchlist_id FROM watchlist_shares s
        WHERE s.shared_with_id = (SELECT public.scope_user_id()) AND NOT s.is_read_only
    ));

ALTER TABLE watchlist_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE watchlist_items FORCE ROW LEVEL SECURITY;
CREATE POLICY watchlist_items_owner ON watchlist_items TO stackmotive_app
    USING (watchlist_id IN (SELECT w.id FROM watchlists w WHERE w.owner_id = (SELECT public.scope_user_id())))
    WITH CHECK (watchlist_id IN (SELECT w.id FROM watchlists w WHERE w.owner_id = (SELECT public.scope_user_id())));
-- Reading follows the list: its own policies decide inside this subselect. It is no EXISTS, because the planner may
-- answer that by hashing every list that there is; this one looks up the one list.
CREATE POLICY watchlist_items_visible ON watchlist_items FOR SELECT TO stackmotive_app
    USING ((SELECT true FROM watchlists w WHERE w.id = watchlist_items.watchlist_id));
CREATE POLICY watchlist_items_shared ON watchlist_items TO stackmotive_app
    USING (watchlist_id IN (
        SELECT s.watchlist_id FROM watchlist_shares s
        WHERE s.shared_with_id = (SELECT public.scope_user_id()) AND NOT s.is_read_only
    ))
    WITH CHECK (watchlist_id IN (
        SELECT s.watchlist_id FROM watchlist_shares s
        WHERE s.shared_with_id = (SELECT public.scope_user_id()) AND NOT s.is_read_only
    ));
CREATE POLICY watchlist_items_system ON watchlist_items TO stackmotive_app
    USING ((SELECT public.scope_is_system()))
    WITH CHECK ((SELECT public.scope_is_system()));
