-- Policies of the one table name the other two, so the three go together.
DROP TABLE watchlist_items, watchlist_shares, watchlists;
