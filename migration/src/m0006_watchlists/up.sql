-- Lists of symbols, which can be shared with other people.

CREATE TABLE watchlists (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL,
    name varchar(255) NOT NULL,
    description text,
    is_public boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT watchlists_pkey PRIMARY KEY (id),
    -- Lets shares name a list together with its owner.
    CONSTRAINT watchlists_id_owner_id_key UNIQUE (id, owner_id),
    CONSTRAINT watchlists_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT watchlists_name_check CHECK (name ~ '[^[:space:]]')
);

CREATE INDEX idx_watchlists_owner_id_created_at ON watchlists (owner_id, created_at DESC);
CREATE INDEX idx_watchlists_created_at ON watchlists (created_at DESC) WHERE is_public;

COMMENT ON TABLE watchlists IS 'One row for each list of watched symbols.';
COMMENT ON COLUMN watchlists.id IS 'Names the list for the API.';
COMMENT ON COLUMN watchlists.owner_id IS 'Who made the list; it never passes to somebody else.';
COMMENT ON COLUMN watchlists.name IS 'What the owner calls it, not blank.';
COMMENT ON COLUMN watchlists.description IS 'What it is about, null when nothing was written.';
COMMENT ON COLUMN watchlists.is_public IS 'True when every signed-in user may read it; nobody may change it for that.';
COMMENT ON COLUMN watchlists.created_at IS 'When the list was made.';
COMMENT ON COLUMN watchlists.updated_at IS 'When the list was last changed.';

CREATE TABLE watchlist_items (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    watchlist_id uuid NOT NULL,
    symbol varchar(20) NOT NULL,
    position integer NOT NULL DEFAULT 0,
    name varchar(255),
    price decimal(20,4),
    price_as_of timestamptz,
    change_24h decimal(10,4) DEFAULT 0,
    market_cap decimal(30,2),
    notes text,
    added_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT watchlist_items_pkey PRIMARY KEY (id),
    CONSTRAINT watchlist_items_watchlist_id_symbol_key UNIQUE (watchlist_id, symbol),
    CONSTRAINT watchlist_items_watchlist_id_fkey FOREIGN KEY (watchlist_id) REFERENCES watchlists (id) ON DELETE CASCADE,
    CONSTRAINT watchlist_items_symbol_check CHECK (symbol ~ '[^[:space:]]'),
    CONSTRAINT watchlist_items_price_check CHECK (price <> 'NaN'),
    CONSTRAINT watchlist_items_change_24h_check CHECK (change_24h <> 'NaN'),
    -- Larger values do not fit the decimals that the server computes with.
    CONSTRAINT watchlist_items_market_cap_check CHECK (market_cap >= 0 AND market_cap < 100000000000000000000000000)
);

CREATE INDEX idx_watchlist_items_symbol ON watchlist_items (symbol);

COMMENT ON TABLE watchlist_items IS 'One row for each symbol on a list.';
COMMENT ON COLUMN watchlist_items.id IS 'Names the item for the API.';
COMMENT ON COLUMN watchlist_items.watchlist_id IS 'The list that it stands on.';
COMMENT ON COLUMN watchlist_items.symbol IS 'What is watched, once for each list.';
COMMENT ON COLUMN watchlist_items.position IS 'Its place in the order shown, from 0.';
COMMENT ON COLUMN watchlist_items.name IS 'The asset''s full name, null when unknown.';
COMMENT ON COLUMN watchlist_items.price IS 'Last known price of a unit, null when none is known.';
COMMENT ON COLUMN watchlist_items.price_as_of IS 'The time of that price, null when unknown.';
COMMENT ON COLUMN watchlist_items.change_24h IS 'Change of the price over 24 hours in per cent, null when unknown.';
COMMENT ON COLUMN watchlist_items.market_cap IS 'Value of all units in circulation, null when unknown.';
COMMENT ON COLUMN watchlist_items.notes IS 'What was noted about it, null when nothing was.';
COMMENT ON COLUMN watchlist_items.added_at IS 'When it was put on the list.';

CREATE TABLE watchlist_shares (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    watchlist_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    shared_with_id uuid NOT NULL,
    is_read_only boolean NOT NULL DEFAULT false,
    shared_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT watchlist_shares_pkey PRIMARY KEY (id),
    CONSTRAINT watchlist_shares_watchlist_id_shared_with_id_key UNIQUE (watchlist_id, shared_with_id),
    -- Only the owner of a list can stand as the owner of its share.
    CONSTRAINT watchlist_shares_watchlist_id_owner_id_fkey FOREIGN KEY (watchlist_id, owner_id)
        REFERENCES watchlists (id, owner_id) ON DELETE CASCADE,
    CONSTRAINT watchlist_shares_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT watchlist_shares_shared_with_id_fkey FOREIGN KEY (shared_with_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT watchlist_shares_shared_with_id_check CHECK (shared_with_id <> owner_id)
);

CREATE INDEX idx_watchlist_shares_shared_with_id ON watchlist_shares (shared_with_id);
CREATE INDEX idx_watchlist_shares_owner_id ON watchlist_shares (owner_id);

COMMENT ON TABLE watchlist_shares IS 'One row for each person that a list is shared with.';
COMMENT ON COLUMN watchlist_shares.id IS 'Names the share for the API.';
COMMENT ON COLUMN watchlist_shares.watchlist_id IS 'The list that is shared.';
COMMENT ON COLUMN watchlist_shares.owner_id IS 'The owner of that list.';
COMMENT ON COLUMN watchlist_shares.shared_with_id IS 'Who may read it, never the owner.';
COMMENT ON COLUMN watchlist_shares.is_read_only IS 'False when that person may change the list too.';
COMMENT ON COLUMN watchlist_shares.shared_at IS 'When it was shared.';

CREATE TRIGGER watchlists_touch BEFORE UPDATE ON watchlists
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
