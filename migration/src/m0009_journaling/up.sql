-- What users write about their trading, the trades themselves, and how they look back on them.

CREATE TABLE journal_entries (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    title varchar(500),
    content text NOT NULL,
    entry_type varchar(20) DEFAULT 'general',
    trade_id uuid,
    asset_symbol varchar(20),
    trade_type varchar(10),
    entry_price decimal(20,4),
    exit_price decimal(20,4),
    quantity decimal(20,8),
    strategy_used varchar(100),
    reasoning text,
    market_conditions text,
    confidence_level integer DEFAULT 5,
    expected_outcome text,
    actual_outcome text,
    success_rating integer,
    lessons_learned text,
    tags jsonb DEFAULT '[]',
    mood varchar(50),
    market_phase varchar(50),
    is_public boolean DEFAULT false,
    entry_date date NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT journal_entries_pkey PRIMARY KEY (id),
    CONSTRAINT journal_entries_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT journal_entries_content_check CHECK (content ~ '[^[:space:]]'),
    CONSTRAINT journal_entries_entry_type_check
        CHECK (entry_type IN ('general', 'trade', 'analysis', 'reflection', 'lesson')),
    CONSTRAINT journal_entries_trade_type_check CHECK (trade_type IN ('buy', 'sell', 'short', 'cover')),
    CONSTRAINT journal_entries_entry_price_check CHECK (entry_price <> 'NaN'),
    CONSTRAINT journal_entries_exit_price_check CHECK (exit_price <> 'NaN'),
    CONSTRAINT journal_entries_quantity_check CHECK (quantity <> 'NaN'),
    CONSTRAINT journal_entries_confidence_level_check CHECK (confidence_level BETWEEN 1 AND 10),
    CONSTRAINT journal_entries_success_rating_check CHECK (success_rating BETWEEN 1 AND 10),
    -- Strict, because a lax path would look into an array within the array.
    CONSTRAINT journal_entries_tags_check CHECK (
        jsonb_typeof(tags) = 'array'
        AND NOT jsonb_path_exists(tags, 'strict $[*] ? (@.type() != "string")', '{}', true)
    )
);

COMMENT ON TABLE journal_entries IS 'One row for each journal entry.';
COMMENT ON COLUMN journal_entries.id IS 'Names the entry for the API.';
COMMENT ON COLUMN journal_entries.user_id IS 'Who wrote it.';
COMMENT ON COLUMN journal_entries.title IS 'Its title, null without one.';
COMMENT ON COLUMN journal_entries.content IS 'What was written, not blank.';
COMMENT ON COLUMN journal_entries.entry_type IS 'What kind of entry it is, null when it was not said.';
COMMENT ON COLUMN journal_entries.trade_id IS 'The trade that it writes about, null for none or when that is gone; its own trade log points here instead.';
COMMENT ON COLUMN journal_entries.asset_symbol IS 'The asset that it writes about, null for none.';
COMMENT ON COLUMN journal_entries.trade_type IS 'The direction of that trade, null for none.';
COMMENT ON COLUMN journal_entries.entry_price IS 'Price of a unit when the trade began, null when not noted.';
COMMENT ON COLUMN journal_entries.exit_price IS 'Price of a unit when the trade ended, null when not noted.';
COMMENT ON COLUMN journal_entries.quantity IS 'How many units were traded, null when not noted.';
COMMENT ON COLUMN journal_entries.strategy_used IS 'The strategy behind it, null when not noted.';
COMMENT ON COLUMN journal_entries.reasoning IS 'Why it was done, null when not noted.';
COMMENT ON COLUMN journal_entries.market_conditions IS 'What the market was like, null when not noted.';
COMMENT ON COLUMN journal_entries.confidence_level IS 'How sure the author was, from 1 to 10, null when not noted.';
COMMENT ON COLUMN journal_entries.expected_outcome IS 'What was expected, null when not noted.';
COMMENT ON COLUMN journal_entries.actual_outcome IS 'What happened, null when not noted.';
COMMENT ON COLUMN journal_entries.success_rating IS 'How well it went, from 1 to 10, null when not rated.';
COMMENT ON COLUMN journal_entries.lessons_learned IS 'What was learned, null when not noted.';
COMMENT ON COLUMN journal_entries.tags IS 'The author''s own labels, as a JSON array of strings, null without any.';
COMMENT ON COLUMN journal_entries.mood IS 'How the author felt, null when not noted.';
COMMENT ON COLUMN journal_entries.market_phase IS 'The phase of the market, null when not noted.';
COMMENT ON COLUMN journal_entries.is_public IS 'True when every signed-in user may read the entry, without its trade log; null stands for false.';
COMMENT ON COLUMN journal_entries.entry_date IS 'The day that it is about.';
COMMENT ON COLUMN journal_entries.created_at IS 'When it was written.';
COMMENT ON COLUMN journal_entries.updated_at IS 'When it was last changed.';

CREATE TABLE manual_trade_logs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    journal_entry_id uuid,
    symbol varchar(20) NOT NULL,
    currency varchar(10) NOT NULL DEFAULT 'USD',
    asset_name varchar(255),
    trade_type varchar(10) NOT NULL,
    entry_price decimal(20,4) NOT NULL,
    quantity decimal(20,8) NOT NULL,
    total_value decimal(20,2) NOT NULL,
    order_type varchar(20) DEFAULT 'market',
    fees decimal(20,2) DEFAULT 0.00,
    broker varchar(100),
    account_type varchar(20) DEFAULT 'real',
    target_price decimal(20,4),
    stop_loss_price decimal(20,4),
    risk_reward_ratio decimal(10,2),
    position_size_percent decimal(10,4),
    strategy varchar(100),
    time_horizon varchar(20) DEFAULT 'medium',
    conviction_level integer DEFAULT 5,
    market_conditions text,
    economic_events jsonb DEFAULT '[]',
    technical_indicators jsonb DEFAULT '{}',
    current_price decimal(20,4),
    price_as_of timestamptz,
    unrealized_pnl decimal(20,2) DEFAULT 0.00,
    unrealized_pnl_percent decimal(10,4) DEFAULT 0.0000,
    max_profit decimal(20,2) DEFAULT 0.00,
    max_loss decimal(20,2) DEFAULT 0.00,
    exit_price decimal(20,4),
    exit_date timestamptz,
    exit_reason text,
    realized_pnl decimal(20,2),
    realized_pnl_percent decimal(10,4),
    status varchar(20) DEFAULT 'open',
    is_active boolean DEFAULT true,
    trade_date date NOT NULL,
    execution_time timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT manual_trade_logs_pkey PRIMARY KEY (id),
    -- Lets analyses name a trade together with its user.
    CONSTRAINT manual_trade_logs_id_user_id_key UNIQUE (id, user_id),
    CONSTRAINT manual_trade_logs_journal_entry_id_key UNIQUE (journal_entry_id),
    CONSTRAINT manual_trade_logs_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT manual_trade_logs_journal_entry_id_fkey FOREIGN KEY (journal_entry_id)
        REFERENCES journal_entries (id) ON DELETE SET NULL,
    CONSTRAINT manual_trade_logs_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT manual_trade_logs_trade_type_check CHECK (trade_type IN ('buy', 'sell', 'short', 'cover')),
    CONSTRAINT manual_trade_logs_entry_price_check CHECK (entry_price > 0 AND entry_price <> 'NaN'),
    CONSTRAINT manual_trade_logs_quantity_check CHECK (quantity > 0 AND quantity <> 'NaN'),
    CONSTRAINT manual_trade_logs_total_value_check CHECK (total_value <> 'NaN'),
    CONSTRAINT manual_trade_logs_order_type_check CHECK (order_type IN ('market', 'limit', 'stop', 'stop_limit')),
    CONSTRAINT manual_trade_logs_fees_check CHECK (fees <> 'NaN'),
    CONSTRAINT manual_trade_logs_account_type_check CHECK (account_type IN ('real', 'paper', 'demo')),
    CONSTRAINT manual_trade_logs_target_price_check CHECK (target_price <> 'NaN'),
    CONSTRAINT manual_trade_logs_stop_loss_price_check CHECK (stop_loss_price <> 'NaN'),
    CONSTRAINT manual_trade_logs_risk_reward_ratio_check CHECK (risk_reward_ratio <> 'NaN'),
    CONSTRAINT manual_trade_logs_position_size_percent_check CHECK (position_size_percent <> 'NaN'),
    CONSTRAINT manual_trade_logs_time_horizon_check CHECK (time_horizon IN ('intraday', 'short', 'medium', 'long')),
    CONSTRAINT manual_trade_logs_conviction_level_check CHECK (conviction_level BETWEEN 1 AND 10),
    CONSTRAINT manual_trade_logs_economic_events_check CHECK (jsonb_typeof(economic_events) = 'array'),
    CONSTRAINT manual_trade_logs_technical_indicators_check CHECK (jsonb_typeof(technical_indicators) = 'object'),
    CONSTRAINT manual_trade_logs_current_price_check CHECK (current_price <> 'NaN'),
    CONSTRAINT manual_trade_logs_unrealized_pnl_check CHECK (unrealized_pnl <> 'NaN'),
    CONSTRAINT manual_trade_logs_unrealized_pnl_percent_check CHECK (unrealized_pnl_percent <> 'NaN'),
    CONSTRAINT manual_trade_logs_max_profit_check CHECK (max_profit <> 'NaN'),
    CONSTRAINT manual_trade_logs_max_loss_check CHECK (max_loss <> 'NaN'),
    CONSTRAINT manual_trade_logs_exit_price_check CHECK (exit_price <> 'NaN'),
    CONSTRAINT manual_trade_logs_realized_pnl_check CHECK (realized_pnl <> 'NaN'),
    CONSTRAINT manual_trade_logs_realized_pnl_percent_check CHECK (realized_pnl_percent <> 'NaN'),
    CONSTRAINT manual_trade_logs_status_check CHECK (status IN ('open', 'closed', 'partial', 'cancelled'))
);

-- economic_events and technical_indicators have no GIN index, because no query searches in them.
COMMENT ON TABLE manual_trade_logs IS 'One row for each trade that a user noted.';
COMMENT ON COLUMN manual_trade_logs.id IS 'Names the trade for the API.';
COMMENT ON COLUMN manual_trade_logs.user_id IS 'Who traded.';
COMMENT ON COLUMN manual_trade_logs.journal_entry_id IS 'The entry that this is the log of, null without one or when it is gone.';
COMMENT ON COLUMN manual_trade_logs.symbol IS 'What was traded.';
COMMENT ON COLUMN manual_trade_logs.currency IS 'ISO 4217 code of the currency of its prices and amounts.';
COMMENT ON COLUMN manual_trade_logs.asset_name IS 'The asset''s full name, null when unknown.';
COMMENT ON COLUMN manual_trade_logs.trade_type IS 'Buy and short open a trade, sell and cover close one.';
COMMENT ON COLUMN manual_trade_logs.entry_price IS 'Price of a unit when the trade began.';
COMMENT ON COLUMN manual_trade_logs.quantity IS 'How many units were traded.';
COMMENT ON COLUMN manual_trade_logs.total_value IS 'Entry price times quantity.';
COMMENT ON COLUMN manual_trade_logs.order_type IS 'The kind of order, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.fees IS 'What trading cost, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.broker IS 'Who carried it out, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.account_type IS 'Whether the money was real, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.target_price IS 'Price to close at with a gain, null for none.';
COMMENT ON COLUMN manual_trade_logs.stop_loss_price IS 'Price to close at with a loss, null for none.';
COMMENT ON COLUMN manual_trade_logs.risk_reward_ratio IS 'Distance to the target divided by distance to the stop, null unless both stand on their right sides.';
COMMENT ON COLUMN manual_trade_logs.position_size_percent IS 'Total value in per cent of the portfolio, null when unknown.';
COMMENT ON COLUMN manual_trade_logs.strategy IS 'The strategy behind it, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.time_horizon IS 'How long the trade was meant to last, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.conviction_level IS 'How sure the trader was, from 1 to 10, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.market_conditions IS 'What the market was like, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.economic_events IS 'Events that mattered, as a JSON array, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.technical_indicators IS 'Values of indicators at the entry, as a JSON object, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.current_price IS 'Last known price of a unit, null when none is known.';
COMMENT ON COLUMN manual_trade_logs.price_as_of IS 'The time of that price, null when unknown.';
COMMENT ON COLUMN manual_trade_logs.unrealized_pnl IS 'Profit or loss at the current price, null when unknown.';
COMMENT ON COLUMN manual_trade_logs.unrealized_pnl_percent IS 'That in per cent of the total value, null when unknown.';
COMMENT ON COLUMN manual_trade_logs.max_profit IS 'Largest profit seen while open, null when unknown.';
COMMENT ON COLUMN manual_trade_logs.max_loss IS 'Largest loss seen while open, null when unknown.';
COMMENT ON COLUMN manual_trade_logs.exit_price IS 'Price of a unit when the trade ended, null while open.';
COMMENT ON COLUMN manual_trade_logs.exit_date IS 'When the trade ended, null while open.';
COMMENT ON COLUMN manual_trade_logs.exit_reason IS 'Why it was ended, null while open or when not noted.';
COMMENT ON COLUMN manual_trade_logs.realized_pnl IS 'Profit or loss of the ended trade net of fees, null while open.';
COMMENT ON COLUMN manual_trade_logs.realized_pnl_percent IS 'That in per cent of the total value, null while open.';
COMMENT ON COLUMN manual_trade_logs.status IS 'Whether the trade is still open, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.is_active IS 'False once the trade ended, null when not noted.';
COMMENT ON COLUMN manual_trade_logs.trade_date IS 'The day of the trade.';
COMMENT ON COLUMN manual_trade_logs.execution_time IS 'The moment at which it was carried out.';
COMMENT ON COLUMN manual_trade_logs.created_at IS 'When the row was made.';
COMMENT ON COLUMN manual_trade_logs.updated_at IS 'When the row was last changed.';

-- Each of the two tables names the other, so this key could only come second.
ALTER TABLE journal_entries ADD CONSTRAINT journal_entries_trade_id_fkey FOREIGN KEY (trade_id)
    REFERENCES manual_trade_logs (id) ON DELETE SET NULL;

CREATE TABLE trade_analysis (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    trade_log_id uuid NOT NULL,
    pre_trade_analysis text,
    entry_criteria text,
    risk_assessment text,
    expected_duration text,
    mid_trade_notes jsonb DEFAULT '[]',
    adjustment_reasons jsonb DEFAULT '[]',
    emotional_state jsonb DEFAULT '[]',
    post_trade_analysis text,
    what_went_right text,
    what_went_wrong text,
    key_learnings text,
    would_do_differently text,
    execution_quality integer DEFAULT 5,
    timing_quality integer DEFAULT 5,
    risk_management_quality integer DEFAULT 5,
    pre_trade_emotion varchar(50),
    during_trade_emotion varchar(50),
    post_trade_emotion varchar(50),
    emotional_discipline_rating integer DEFAULT 5,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT trade_analysis_pkey PRIMARY KEY (id),
    CONSTRAINT trade_analysis_trade_log_id_key UNIQUE (trade_log_id),
    CONSTRAINT trade_analysis_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    -- Only the user who traded can stand as the author.
    CONSTRAINT trade_analysis_trade_log_id_user_id_fkey FOREIGN KEY (trade_log_id, user_id)
        REFERENCES manual_trade_logs (id, user_id) ON DELETE CASCADE,
    CONSTRAINT trade_analysis_mid_trade_notes_check CHECK (jsonb_typeof(mid_trade_notes) = 'array'),
    CONSTRAINT trade_analysis_adjustment_reasons_check CHECK (jsonb_typeof(adjustment_reasons) = 'array'),
    CONSTRAINT trade_analysis_emotional_state_check CHECK (jsonb_typeof(emotional_state) = 'array'),
    CONSTRAINT trade_analysis_execution_quality_check CHECK (execution_quality BETWEEN 1 AND 10),
    CONSTRAINT trade_analysis_timing_quality_check CHECK (timing_quality BETWEEN 1 AND 10),
    CONSTRAINT trade_analysis_risk_management_quality_check CHECK (risk_management_quality BETWEEN 1 AND 10),
    CONSTRAINT trade_analysis_emotional_discipline_rating_check CHECK (emotional_discipline_rating BETWEEN 1 AND 10)
);

-- The JSON columns have no GIN index, because no query searches in them.
COMMENT ON TABLE trade_analysis IS 'One row for each trade that its user looked back on.';
COMMENT ON COLUMN trade_analysis.id IS 'Names the analysis for the API.';
COMMENT ON COLUMN trade_analysis.user_id IS 'Who traded and wrote it.';
COMMENT ON COLUMN trade_analysis.trade_log_id IS 'The trade that it is about.';
COMMENT ON COLUMN trade_analysis.pre_trade_analysis IS 'What was thought before the trade, null when not noted.';
COMMENT ON COLUMN trade_analysis.entry_criteria IS 'What had to hold for the entry, null when not noted.';
COMMENT ON COLUMN trade_analysis.risk_assessment IS 'How the risk was seen, null when not noted.';
COMMENT ON COLUMN trade_analysis.expected_duration IS 'How long it was meant to last, in words, null when not noted.';
COMMENT ON COLUMN trade_analysis.mid_trade_notes IS 'Notes while the trade was open, as a JSON array, null without any.';
COMMENT ON COLUMN trade_analysis.adjustment_reasons IS 'Why the plan was changed, as a JSON array, null without any.';
COMMENT ON COLUMN trade_analysis.emotional_state IS 'Feelings while the trade was open, as a JSON array, null without any.';
COMMENT ON COLUMN trade_analysis.post_trade_analysis IS 'What was thought after the trade, null when not noted.';
COMMENT ON COLUMN trade_analysis.what_went_right IS 'What went well, null when not noted.';
COMMENT ON COLUMN trade_analysis.what_went_wrong IS 'What went badly, null when not noted.';
COMMENT ON COLUMN trade_analysis.key_learnings IS 'What was learned, null when not noted.';
COMMENT ON COLUMN trade_analysis.would_do_differently IS 'What the trader would do otherwise, null when not noted.';
COMMENT ON COLUMN trade_analysis.execution_quality IS 'How well it was carried out, from 1 to 10, null when not rated.';
COMMENT ON COLUMN trade_analysis.timing_quality IS 'How well it was timed, from 1 to 10, null when not rated.';
COMMENT ON COLUMN trade_analysis.risk_management_quality IS 'How well the risk was held, from 1 to 10, null when not rated.';
COMMENT ON COLUMN trade_analysis.pre_trade_emotion IS 'Feeling before the trade, null when not noted.';
COMMENT ON COLUMN trade_analysis.during_trade_emotion IS 'Feeling during the trade, null when not noted.';
COMMENT ON COLUMN trade_analysis.post_trade_emotion IS 'Feeling after the trade, null when not noted.';
COMMENT ON COLUMN trade_analysis.emotional_discipline_rating IS 'How well feelings were held, from 1 to 10, null when not rated.';
COMMENT ON COLUMN trade_analysis.created_at IS 'When the row was made.';
COMMENT ON COLUMN trade_analysis.updated_at IS 'When the row was last changed.';
