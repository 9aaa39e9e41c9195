-- Portfolios, what they hold, what accounts hold, and the runs that brought it in.
-- PostgreSQL sorts NaN above every number, so each decimal column refuses it by name or by an upper bound.

CREATE TABLE portfolio_summary (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    vault_id varchar(100) NOT NULL,
    currency varchar(10) NOT NULL DEFAULT 'USD',
    portfolio_value decimal(20,2) NOT NULL DEFAULT 0.00,
    total_gain_loss decimal(20,2) NOT NULL DEFAULT 0.00,
    total_gain_loss_percent decimal(10,4) NOT NULL DEFAULT 0.0000,
    day_gain_loss decimal(20,2) NOT NULL DEFAULT 0.00,
    day_gain_loss_percent decimal(10,4) NOT NULL DEFAULT 0.0000,
    cash_balance decimal(20,2) NOT NULL DEFAULT 0.00,
    invested_amount decimal(20,2) NOT NULL DEFAULT 0.00,
    number_of_holdings integer NOT NULL DEFAULT 0,
    last_updated timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT portfolio_summary_pkey PRIMARY KEY (id),
    CONSTRAINT portfolio_summary_user_id_vault_id_key UNIQUE (user_id, vault_id),
    CONSTRAINT portfolio_summary_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT portfolio_summary_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT portfolio_summary_portfolio_value_check CHECK (portfolio_value >= 0 AND portfolio_value <> 'NaN'),
    CONSTRAINT portfolio_summary_total_gain_loss_check CHECK (total_gain_loss <> 'NaN'),
    CONSTRAINT portfolio_summary_total_gain_loss_percent_check CHECK (total_gain_loss_percent <> 'NaN'),
    CONSTRAINT portfolio_summary_day_gain_loss_check CHECK (day_gain_loss <> 'NaN'),
    CONSTRAINT portfolio_summary_day_gain_loss_percent_check CHECK (day_gain_loss_percent <> 'NaN'),
    CONSTRAINT portfolio_summary_cash_balance_check CHECK (cash_balance <> 'NaN'),
    CONSTRAINT portfolio_summary_invested_amount_check CHECK (invested_amount <> 'NaN'),
    CONSTRAINT portfolio_summary_number_of_holdings_check CHECK (number_of_holdings >= 0)
);

COMMENT ON TABLE portfolio_summary IS 'One row for each portfolio: the total of its holdings and its cash.';
COMMENT ON COLUMN portfolio_summary.id IS 'Names the portfolio for the API.';
COMMENT ON COLUMN portfolio_summary.user_id IS 'Whose portfolio it is.';
COMMENT ON COLUMN portfolio_summary.vault_id IS 'The portfolio''s name, unique for its user; renaming it renames its holdings'' too.';
COMMENT ON COLUMN portfolio_summary.currency IS 'ISO 4217 code of the one currency of everything in it.';
COMMENT ON COLUMN portfolio_summary.portfolio_value IS 'Market value of all holdings plus cash.';
COMMENT ON COLUMN portfolio_summary.total_gain_loss IS 'Sum of the holdings'' gains, as far as their cost is known.';
COMMENT ON COLUMN portfolio_summary.total_gain_loss_percent IS 'Gain in per cent of the cost, 0 when it cannot be known, clamped to the column.';
COMMENT ON COLUMN portfolio_summary.day_gain_loss IS 'Gain since the previous close.';
COMMENT ON COLUMN portfolio_summary.day_gain_loss_percent IS 'Gain since the previous close in per cent, 0 when it cannot be known, clamped to the column.';
COMMENT ON COLUMN portfolio_summary.cash_balance IS 'Cash in the portfolio, negative when it is borrowed.';
COMMENT ON COLUMN portfolio_summary.invested_amount IS 'Cost of all holdings.';
COMMENT ON COLUMN portfolio_summary.number_of_holdings IS 'How many holdings it has.';
COMMENT ON COLUMN portfolio_summary.last_updated IS 'When the portfolio was last changed.';
COMMENT ON COLUMN portfolio_summary.created_at IS 'When the portfolio was made.';

CREATE TABLE portfolio_holdings (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    vault_id varchar(100),
    symbol varchar(20) NOT NULL,
    asset_name varchar(255),
    asset_class varchar(50) NOT NULL DEFAULT 'equity',
    allocation_type varchar(50),
    is_derived boolean NOT NULL DEFAULT false,
    quantity decimal(20,8) NOT NULL,
    avg_cost decimal(20,4) NOT NULL,
    current_price decimal(20,4) NOT NULL,
    price_as_of timestamptz,
    market_value decimal(20,2) NOT NULL,
    total_gain_loss decimal(20,2) NOT NULL DEFAULT 0.00,
    total_gain_loss_percent decimal(10,4) NOT NULL DEFAULT 0.0000,
    day_gain_loss decimal(20,2) NOT NULL DEFAULT 0.00,
    day_gain_loss_percent decimal(10,4) NOT NULL DEFAULT 0.0000,
    last_updated timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT portfolio_holdings_pkey PRIMARY KEY (id),
    CONSTRAINT portfolio_holdings_user_id_vault_id_symbol_key UNIQUE (user_id, vault_id, symbol),
    CONSTRAINT portfolio_holdings_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    -- Not enforced while vault_id is null, which stands for no portfolio.
    CONSTRAINT portfolio_holdings_user_id_vault_id_fkey FOREIGN KEY (user_id, vault_id)
        REFERENCES portfolio_summary (user_id, vault_id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT portfolio_holdings_asset_class_check
        CHECK (asset_class IN ('equity', 'crypto', 'bond', 'cash', 'fund', 'commodity', 'alternative')),
    CONSTRAINT portfolio_holdings_quantity_check CHECK (quantity > 0 AND quantity <> 'NaN'),
    CONSTRAINT portfolio_holdings_avg_cost_check CHECK (avg_cost >= 0 AND avg_cost <> 'NaN'),
    CONSTRAINT portfolio_holdings_current_price_check CHECK (current_price >= 0 AND current_price <> 'NaN'),
    CONSTRAINT portfolio_holdings_market_value_check CHECK (market_value <> 'NaN'),
    CONSTRAINT portfolio_holdings_total_gain_loss_check CHECK (total_gain_loss <> 'NaN'),
    CONSTRAINT portfolio_holdings_total_gain_loss_percent_check CHECK (total_gain_loss_percent <> 'NaN'),
    CONSTRAINT portfolio_holdings_day_gain_loss_check CHECK (day_gain_loss <> 'NaN'),
    CONSTRAINT portfolio_holdings_day_gain_loss_percent_check CHECK (day_gain_loss_percent <> 'NaN')
);

-- A null vault is no value to a unique key, so holdings of no portfolio have an index of their own.
CREATE UNIQUE INDEX idx_portfolio_holdings_user_id_symbol ON portfolio_holdings (user_id, symbol) WHERE vault_id IS NULL;
CREATE INDEX idx_portfolio_holdings_symbol ON portfolio_holdings (symbol);

COMMENT ON TABLE portfolio_holdings IS 'One row for each symbol that a portfolio holds.';
COMMENT ON COLUMN portfolio_holdings.id IS 'Names the holding for the API.';
COMMENT ON COLUMN portfolio_holdings.user_id IS 'Whose holding it is.';
COMMENT ON COLUMN portfolio_holdings.vault_id IS 'The name of its portfolio, null when it belongs to none.';
COMMENT ON COLUMN portfolio_holdings.symbol IS 'What is held, as its market names it.';
COMMENT ON COLUMN portfolio_holdings.asset_name IS 'The asset''s full name, null when unknown.';
COMMENT ON COLUMN portfolio_holdings.asset_class IS 'The kind of asset.';
COMMENT ON COLUMN portfolio_holdings.allocation_type IS 'The user''s own label for the part it plays, null without one.';
COMMENT ON COLUMN portfolio_holdings.is_derived IS 'True when it is rolled up from positions, false when it was entered by hand.';
COMMENT ON COLUMN portfolio_holdings.quantity IS 'How many units are held.';
COMMENT ON COLUMN portfolio_holdings.avg_cost IS 'Average cost of a unit, 0 when the cost is unknown.';
COMMENT ON COLUMN portfolio_holdings.current_price IS 'Last known price of a unit.';
COMMENT ON COLUMN portfolio_holdings.price_as_of IS 'The time of that price, written by prices and imports alone, null when unknown.';
COMMENT ON COLUMN portfolio_holdings.market_value IS 'Quantity times price.';
COMMENT ON COLUMN portfolio_holdings.total_gain_loss IS 'Market value less cost, 0 when the cost is unknown.';
COMMENT ON COLUMN portfolio_holdings.total_gain_loss_percent IS 'Gain in per cent of the cost, 0 when it cannot be known, clamped to the column.';
COMMENT ON COLUMN portfolio_holdings.day_gain_loss IS 'Gain since the previous close.';
COMMENT ON COLUMN portfolio_holdings.day_gain_loss_percent IS 'Gain since the previous close in per cent, 0 when it cannot be known, clamped to the column.';
COMMENT ON COLUMN portfolio_holdings.last_updated IS 'When the holding was last changed.';
COMMENT ON COLUMN portfolio_holdings.created_at IS 'When the holding was made.';

CREATE TABLE portfolio_position (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    symbol varchar(20) NOT NULL,
    name varchar(255),
    quantity decimal(20,8) NOT NULL,
    avg_price decimal(20,4) NOT NULL,
    current_price decimal(20,4),
    price_as_of timestamptz,
    asset_class varchar(50) NOT NULL DEFAULT 'equity',
    account varchar(100) NOT NULL,
    currency varchar(10) NOT NULL DEFAULT 'USD',
    sync_source varchar(50) NOT NULL,
    last_updated timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT portfolio_position_pkey PRIMARY KEY (id),
    CONSTRAINT portfolio_position_user_id_symbol_account_key UNIQUE (user_id, symbol, account),
    CONSTRAINT portfolio_position_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT portfolio_position_quantity_check CHECK (quantity > 0 AND quantity <> 'NaN'),
    CONSTRAINT portfolio_position_avg_price_check CHECK (avg_price <> 'NaN'),
    CONSTRAINT portfolio_position_current_price_check CHECK (current_price <> 'NaN'),
    CONSTRAINT portfolio_position_asset_class_check
        CHECK (asset_class IN ('equity', 'crypto', 'bond', 'cash', 'fund', 'commodity', 'alternative')),
    CONSTRAINT portfolio_position_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT portfolio_position_sync_source_check
        CHECK (sync_source IN ('csv', 'ibkr', 'kucoin', 'kraken', 'tiger', 'manual'))
);

CREATE INDEX idx_portfolio_position_symbol ON portfolio_position (symbol);
CREATE INDEX idx_portfolio_position_user_id_sync_source ON portfolio_position (user_id, sync_source);

COMMENT ON TABLE portfolio_position IS 'One row for each symbol that one account at one broker holds.';
COMMENT ON COLUMN portfolio_position.id IS 'Names the position for the API.';
COMMENT ON COLUMN portfolio_position.user_id IS 'Whose position it is.';
COMMENT ON COLUMN portfolio_position.symbol IS 'What is held, as its market names it.';
COMMENT ON COLUMN portfolio_position.name IS 'The asset''s full name, null when the broker gives none.';
COMMENT ON COLUMN portfolio_position.quantity IS 'How many units are held.';
COMMENT ON COLUMN portfolio_position.avg_price IS 'Average price paid for a unit, 0 when the cost is unknown.';
COMMENT ON COLUMN portfolio_position.current_price IS 'Last known price of a unit, null when none is known.';
COMMENT ON COLUMN portfolio_position.price_as_of IS 'The time of that price, written by prices and imports alone, null when unknown.';
COMMENT ON COLUMN portfolio_position.asset_class IS 'The kind of asset.';
COMMENT ON COLUMN portfolio_position.account IS 'The account at the broker that holds it.';
COMMENT ON COLUMN portfolio_position.currency IS 'ISO 4217 code of the currency of its prices.';
COMMENT ON COLUMN portfolio_position.sync_source IS 'Where the position comes from.';
COMMENT ON COLUMN portfolio_position.last_updated IS 'When the position was last changed.';
COMMENT ON COLUMN portfolio_position.created_at IS 'When the position was first seen.';

CREATE TABLE portfolio_sync_log (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    sync_source varchar(50) NOT NULL,
    status varchar(20) NOT NULL,
    records_imported integer NOT NULL DEFAULT 0,
    error_message text,
    filename varchar(500),
    sync_started timestamptz NOT NULL,
    sync_completed timestamptz NOT NULL,
    metadata jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT portfolio_sync_log_pkey PRIMARY KEY (id),
    CONSTRAINT portfolio_sync_log_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT portfolio_sync_log_sync_source_check
        CHECK (sync_source IN ('csv', 'ibkr', 'kucoin', 'kraken', 'tiger', 'manual')),
    CONSTRAINT portfolio_sync_log_status_check CHECK (status IN ('success', 'error', 'partial', 'pending')),
    CONSTRAINT portfolio_sync_log_records_imported_check CHECK (records_imported >= 0),
    CONSTRAINT portfolio_sync_log_sync_completed_check CHECK (sync_completed >= sync_started),
    CONSTRAINT portfolio_sync_log_metadata_check CHECK (jsonb_typeof(metadata) = 'object')
);

CREATE INDEX idx_portfolio_sync_log_user_id_created_at ON portfolio_sync_log (user_id, created_at DESC);

-- metadata has no GIN index, because no query searches in it.
COMMENT ON TABLE portfolio_sync_log IS 'One row for each import or synchronisation.';
COMMENT ON COLUMN portfolio_sync_log.id IS 'Names the run for the API.';
COMMENT ON COLUMN portfolio_sync_log.user_id IS 'Whose positions were brought in.';
COMMENT ON COLUMN portfolio_sync_log.sync_source IS 'Where they came from.';
COMMENT ON COLUMN portfolio_sync_log.status IS 'How the run ended, pending while it lasts.';
COMMENT ON COLUMN portfolio_sync_log.records_imported IS 'How many rows were taken over.';
COMMENT ON COLUMN portfolio_sync_log.error_message IS 'What went wrong, null when nothing did.';
COMMENT ON COLUMN portfolio_sync_log.filename IS 'The file that was read, null when there was none.';
COMMENT ON COLUMN portfolio_sync_log.sync_started IS 'When the run began.';
COMMENT ON COLUMN portfolio_sync_log.sync_completed IS 'When the run ended, not before it began.';
COMMENT ON COLUMN portfolio_sync_log.metadata IS 'Further facts about the run, as a JSON object, null without any.';
COMMENT ON COLUMN portfolio_sync_log.created_at IS 'When the row was written.';

CREATE TRIGGER portfolio_summary_touch BEFORE UPDATE ON portfolio_summary
    FOR EACH ROW EXECUTE FUNCTION public.touch_last_updated();
CREATE TRIGGER portfolio_holdings_touch BEFORE UPDATE ON portfolio_holdings
    FOR EACH ROW EXECUTE FUNCTION public.touch_last_updated();
CREATE TRIGGER portfolio_position_touch BEFORE UPDATE ON portfolio_position
    FOR EACH ROW EXECUTE FUNCTION public.touch_last_updated();

SELECT public.protect_rows('portfolio_summary');
SELECT public.protect_rows('portfolio_holdings');
SELECT public.protect_rows('portfolio_position');
SELECT public.protect_rows('portfolio_sync_log');

CREATE POLICY portfolio_summary_admin ON portfolio_summary FOR SELECT TO stackmotive_app
    USING ((SELECT public.scope_is_admin()));
CREATE POLICY portfolio_holdings_admin ON portfolio_holdings FOR SELECT TO stackmotive_app
    USING ((SELECT public.scope_is_admin()));
CREATE POLICY portfolio_position_admin ON portfolio_position FOR SELECT TO stackmotive_app
    USING ((SELECT public.scope_is_admin()));
CREATE POLICY portfolio_sync_log_admin ON portfolio_sync_log FOR SELECT TO stackmotive_app
    USING ((SELECT public.scope_is_admin()));
