-- Prices: what the feeds have brought, kept by month so that a month can be taken away as a whole, and the last of each
-- symbol; the age of portfolios' figures; the currency of what is watched; and the value of portfolios, day by day.

CREATE TABLE prices (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    symbol varchar(20) NOT NULL,
    currency varchar(10) NOT NULL,
    price decimal(20,4) NOT NULL,
    source varchar(50) NOT NULL,
    time timestamptz NOT NULL,
    -- Partitioning asks for the time in every key.
    CONSTRAINT prices_pkey PRIMARY KEY (id, time),
    CONSTRAINT prices_symbol_currency_time_key UNIQUE (symbol, currency, time),
    CONSTRAINT prices_symbol_check CHECK (symbol ~ '[^[:space:]]'),
    CONSTRAINT prices_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT prices_price_check CHECK (price > 0 AND price <> 'NaN'),
    CONSTRAINT prices_source_check CHECK (source ~ '[^[:space:]]')
) PARTITION BY RANGE (time);

CREATE TABLE partitions.prices_default PARTITION OF prices DEFAULT;
COMMENT ON TABLE partitions.prices_default IS 'Rows of prices in months that have no partition of their own.';

COMMENT ON TABLE prices IS 'One row for each price that a feed has brought and that was taken; a partition for each month in UTC.';
COMMENT ON COLUMN prices.id IS 'Names the price for the API, together with its time.';
COMMENT ON COLUMN prices.symbol IS 'What it is the price of, as its market names it.';
COMMENT ON COLUMN prices.currency IS 'ISO 4217 code of the currency.';
COMMENT ON COLUMN prices.price IS 'What a unit cost.';
COMMENT ON COLUMN prices.source IS 'Which feed has brought it.';
COMMENT ON COLUMN prices.time IS 'When a unit cost that, as the feed says.';

-- The row is also the lock: of two feeds with prices of one symbol the second waits here, and then sees the first.
CREATE TABLE latest_prices (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    symbol varchar(20) NOT NULL,
    currency varchar(10) NOT NULL,
    price decimal(20,4) NOT NULL,
    time timestamptz NOT NULL,
    CONSTRAINT latest_prices_pkey PRIMARY KEY (id),
    CONSTRAINT latest_prices_symbol_currency_key UNIQUE (symbol, currency),
    CONSTRAINT latest_prices_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT latest_prices_price_check CHECK (price > 0 AND price <> 'NaN')
) WITH (fillfactor = 50);

COMMENT ON TABLE latest_prices IS 'The last price of each symbol in each currency, by which a feed''s next one is judged.';
COMMENT ON COLUMN latest_prices.id IS 'Names the row.';
COMMENT ON COLUMN latest_prices.symbol IS 'What it is the price of.';
COMMENT ON COLUMN latest_prices.currency IS 'ISO 4217 code of the currency.';
COMMENT ON COLUMN latest_prices.price IS 'What a unit cost.';
COMMENT ON COLUMN latest_prices.time IS 'When a unit cost that; a price that is no later is not taken.';

-- Prices are nobody's, so everybody who has signed in may read them; the system alone writes them.
ALTER TABLE prices ENABLE ROW LEVEL SECURITY;
ALTER TABLE prices FORCE ROW LEVEL SECURITY;
CREATE POLICY prices_signed_in ON prices FOR SELECT TO stackmotive_app
    USING ((SELECT public.scope_user_id()) IS NOT NULL);
CREATE POLICY prices_system ON prices TO stackmotive_app
    USING ((SELECT public.scope_is_system())) WITH CHECK ((SELECT public.scope_is_system()));
ALTER TABLE latest_prices ENABLE ROW LEVEL SECURITY;
ALTER TABLE latest_prices FORCE ROW LEVEL SECURITY;
CREATE POLICY latest_prices_system ON latest_prices TO stackmotive_app
    USING ((SELECT public.scope_is_system())) WITH CHECK ((SELECT public.scope_is_system()));

-- Open trades are looked up by their symbol, whoever's they are.
CREATE INDEX idx_manual_trade_logs_symbol ON manual_trade_logs (symbol) WHERE status = 'open';

-- In the system's scope the list of each item need not be looked up to see the item.
ALTER POLICY watchlist_items_visible ON watchlist_items USING (
    (SELECT public.scope_user_id()) IS NOT NULL
    AND (SELECT true FROM watchlists w WHERE w.id = watchlist_items.watchlist_id)
);

ALTER TABLE watchlist_items
    ADD COLUMN currency varchar(10),
    ADD CONSTRAINT watchlist_items_currency_check CHECK (currency ~ '^[A-Z]{3}$');
COMMENT ON COLUMN watchlist_items.currency IS 'ISO 4217 code of the currency of its price, null until a price or its user tells.';

ALTER TABLE portfolio_holdings ADD COLUMN day_as_of timestamptz;
COMMENT ON COLUMN portfolio_holdings.day_as_of IS 'The time of the price that the day''s gain is of, null when none came with a previous close.';

ALTER TABLE portfolio_summary ADD COLUMN price_as_of timestamptz, ADD COLUMN day_as_of timestamptz;
COMMENT ON COLUMN portfolio_summary.day_as_of IS 'The oldest time of its holdings'' day gains, null when that of any is unknown or it holds nothing.';
COMMENT ON COLUMN portfolio_summary.price_as_of IS 'The time of the oldest price of its holdings, null when that of any is unknown or it holds nothing.';
SELECT set_config('stackmotive.system', 'on', true);
UPDATE portfolio_summary s SET price_as_of = h.price_as_of
FROM (
    SELECT user_id, vault_id, min(price_as_of) AS price_as_of FROM portfolio_holdings
    GROUP BY user_id, vault_id HAVING count(*) = count(price_as_of)
) h
WHERE h.user_id = s.user_id AND h.vault_id = s.vault_id;
SELECT set_config('stackmotive.system', '', true);

CREATE TABLE portfolio_snapshots (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    vault_id varchar(100) NOT NULL,
    day date NOT NULL,
    currency varchar(10) NOT NULL,
    portfolio_value decimal(20,2) NOT NULL,
    invested_amount decimal(20,2) NOT NULL,
    cash_balance decimal(20,2) NOT NULL,
    price_as_of timestamptz,
    taken_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT portfolio_snapshots_pkey PRIMARY KEY (id),
    CONSTRAINT portfolio_snapshots_user_id_vault_id_day_key UNIQUE (user_id, vault_id, day),
    CONSTRAINT portfolio_snapshots_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT portfolio_snapshots_user_id_vault_id_fkey FOREIGN KEY (user_id, vault_id)
        REFERENCES portfolio_summary (user_id, vault_id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT portfolio_snapshots_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT portfolio_snapshots_portfolio_value_check CHECK (portfolio_value >= 0 AND portfolio_value <> 'NaN'),
    CONSTRAINT portfolio_snapshots_invested_amount_check CHECK (invested_amount <> 'NaN'),
    CONSTRAINT portfolio_snapshots_cash_balance_check CHECK (cash_balance <> 'NaN')
);

COMMENT ON TABLE portfolio_snapshots IS 'One row for each portfolio and day: what it was worth when the day ended.';
COMMENT ON COLUMN portfolio_snapshots.id IS 'Names the snapshot for the API.';
COMMENT ON COLUMN portfolio_snapshots.user_id IS 'Whose portfolio it is.';
COMMENT ON COLUMN portfolio_snapshots.vault_id IS 'The portfolio''s name, which follows when that changes.';
COMMENT ON COLUMN portfolio_snapshots.day IS 'The day that ended, in its user''s time zone.';
COMMENT ON COLUMN portfolio_snapshots.currency IS 'ISO 4217 code of the currency of its amounts.';
COMMENT ON COLUMN portfolio_snapshots.portfolio_value IS 'Market value of all holdings plus cash.';
COMMENT ON COLUMN portfolio_snapshots.invested_amount IS 'Cost of all holdings.';
COMMENT ON COLUMN portfolio_snapshots.cash_balance IS 'Cash in the portfolio, negative when it is borrowed.';
COMMENT ON COLUMN portfolio_snapshots.price_as_of IS 'The time of the oldest price in it, null when that of any was unknown or it held nothing.';
COMMENT ON COLUMN portfolio_snapshots.taken_at IS 'When it was written.';

SELECT public.protect_rows('portfolio_snapshots');
