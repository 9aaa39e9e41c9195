-- What a new user is asked, and the trading preferences that come out of it.

CREATE TABLE user_onboarding_progress (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    current_step integer NOT NULL DEFAULT 1,
    completed_steps jsonb NOT NULL DEFAULT '[]',
    is_complete boolean NOT NULL DEFAULT false,
    completion_percentage decimal(5,2) NOT NULL DEFAULT 0.00,
    welcome_viewed boolean NOT NULL DEFAULT false,
    welcome_viewed_at timestamptz,
    trading_experience varchar(50),
    risk_tolerance varchar(50),
    investment_horizon varchar(50),
    initial_investment decimal(20,2),
    trading_frequency varchar(50),
    preferred_markets jsonb DEFAULT '[]',
    full_name varchar(255),
    first_name varchar(100),
    last_name varchar(100),
    phone_number text,
    preferred_currency varchar(10) DEFAULT 'NZD',
    date_of_birth date,
    tax_residency varchar(100),
    secondary_tax_residency varchar(100),
    tax_identification_number text,
    tax_file_number text,
    employment_status varchar(50),
    tax_year_preference varchar(20) DEFAULT 'calendar',
    tax_registered_business boolean DEFAULT false,
    help_level varchar(20) DEFAULT 'guided',
    notification_preferences jsonb DEFAULT '{"sms": false, "push": true, "email": true}',
    privacy_settings jsonb DEFAULT '{"profilePublic": false, "performancePublic": false}',
    connect_brokers boolean DEFAULT false,
    selected_brokers jsonb DEFAULT '[]',
    has_existing_portfolio boolean DEFAULT false,
    existing_portfolio_value decimal(20,2),
    terms_accepted boolean DEFAULT false,
    terms_accepted_at timestamptz,
    privacy_policy_accepted boolean DEFAULT false,
    privacy_policy_accepted_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    last_active_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_onboarding_progress_pkey PRIMARY KEY (id),
    CONSTRAINT user_onboarding_progress_user_id_key UNIQUE (user_id),
    CONSTRAINT user_onboarding_progress_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_onboarding_progress_current_step_check CHECK (current_step > 0),
    -- Whole numbers from 1 on, and nothing else: strict, because a lax path would look into an array within the array.
    CONSTRAINT user_onboarding_progress_completed_steps_check CHECK (
        jsonb_typeof(completed_steps) = 'array'
        AND NOT jsonb_path_exists(
            completed_steps, 'strict $[*] ? (@.type() != "number" || @ < 1 || @.floor() != @)', '{}', true)
    ),
    CONSTRAINT user_onboarding_progress_completion_percentage_check CHECK (completion_percentage BETWEEN 0 AND 100),
    CONSTRAINT user_onboarding_progress_trading_experience_check
        CHECK (trading_experience IN ('none', 'beginner', 'intermediate', 'advanced', 'professional')),
    CONSTRAINT user_onboarding_progress_risk_tolerance_check
        CHECK (risk_tolerance IN ('very_low', 'low', 'moderate', 'high', 'very_high')),
    CONSTRAINT user_onboarding_progress_investment_horizon_check
        CHECK (investment_horizon IN ('short_term', 'medium_term', 'long_term')),
    CONSTRAINT user_onboarding_progress_initial_investment_check
        CHECK (initial_investment >= 0 AND initial_investment <> 'NaN'),
    CONSTRAINT user_onboarding_progress_preferred_markets_check CHECK (jsonb_typeof(preferred_markets) = 'array'),
    CONSTRAINT user_onboarding_progress_preferred_currency_check CHECK (preferred_currency ~ '^[A-Z]{3}$'),
    -- Today moves on, but only away from a date in the past: what passed once passes for ever, a restored backup too.
    CONSTRAINT user_onboarding_progress_date_of_birth_check
        CHECK (date_of_birth < CURRENT_DATE AND isfinite(date_of_birth)),
    CONSTRAINT user_onboarding_progress_tax_year_preference_check
        CHECK (tax_year_preference IN ('calendar', 'financial')),
    CONSTRAINT user_onboarding_progress_help_level_check CHECK (help_level IN ('guided', 'minimal', 'none')),
    CONSTRAINT user_onboarding_progress_notification_preferences_check
        CHECK (jsonb_typeof(notification_preferences) = 'object'),
    CONSTRAINT user_onboarding_progress_privacy_settings_check CHECK (jsonb_typeof(privacy_settings) = 'object'),
    CONSTRAINT user_onboarding_progress_selected_brokers_check CHECK (jsonb_typeof(selected_brokers) = 'array'),
    CONSTRAINT user_onboarding_progress_existing_portfolio_value_check
        CHECK (existing_portfolio_value >= 0 AND existing_portfolio_value <> 'NaN')
);

-- The JSON columns have no GIN index, because no query searches in them.
COMMENT ON TABLE user_onboarding_progress IS 'How far a user came through the onboarding and what was answered, one row for each user at most.';
COMMENT ON COLUMN user_onboarding_progress.id IS 'Names the row for the API.';
COMMENT ON COLUMN user_onboarding_progress.user_id IS 'Whose onboarding it is.';
COMMENT ON COLUMN user_onboarding_progress.current_step IS 'The first step that is not completed, from 1.';
COMMENT ON COLUMN user_onboarding_progress.completed_steps IS 'Numbers of the completed steps, as a JSON array.';
COMMENT ON COLUMN user_onboarding_progress.is_complete IS 'True once all steps are completed.';
COMMENT ON COLUMN user_onboarding_progress.completion_percentage IS 'Completed steps in per cent of all.';
COMMENT ON COLUMN user_onboarding_progress.welcome_viewed IS 'True once the welcome was seen.';
COMMENT ON COLUMN user_onboarding_progress.welcome_viewed_at IS 'When the welcome was seen, null before.';
COMMENT ON COLUMN user_onboarding_progress.trading_experience IS 'Experience with trading, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.risk_tolerance IS 'How much risk is acceptable, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.investment_horizon IS 'How long money stays invested, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.initial_investment IS 'Money to begin with, in the preferred currency, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.trading_frequency IS 'How often the user means to trade, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.preferred_markets IS 'Markets of interest, as a JSON array, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.full_name IS 'Full name, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.first_name IS 'First name, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.last_name IS 'Last name, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.phone_number IS 'Telephone number, encrypted by the server, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.preferred_currency IS 'ISO 4217 code of the currency to report in, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.date_of_birth IS 'Date of birth, in the past, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.tax_residency IS 'Country that taxes the user, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.secondary_tax_residency IS 'Second country that taxes the user, null without one.';
COMMENT ON COLUMN user_onboarding_progress.tax_identification_number IS 'Tax number, encrypted by the server, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.tax_file_number IS 'Tax file number, encrypted by the server, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.employment_status IS 'How the user works, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.tax_year_preference IS 'The year that gains are grouped by, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.tax_registered_business IS 'True for a business registered for tax, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.help_level IS 'How much help the application gives, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.notification_preferences IS 'Ways of being told, as a JSON object of true and false, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.privacy_settings IS 'What others may see, as a JSON object of true and false, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.connect_brokers IS 'True when the user wants to bring in positions from brokers, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.selected_brokers IS 'Those brokers, as a JSON array, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.has_existing_portfolio IS 'True when the user is invested already, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.existing_portfolio_value IS 'What that is worth, in the preferred currency, null while not answered.';
COMMENT ON COLUMN user_onboarding_progress.terms_accepted IS 'True once the user accepted the terms.';
COMMENT ON COLUMN user_onboarding_progress.terms_accepted_at IS 'When the terms were accepted, null before.';
COMMENT ON COLUMN user_onboarding_progress.privacy_policy_accepted IS 'True once the user accepted the privacy policy.';
COMMENT ON COLUMN user_onboarding_progress.privacy_policy_accepted_at IS 'When the privacy policy was accepted, null before.';
COMMENT ON COLUMN user_onboarding_progress.started_at IS 'When the onboarding began.';
COMMENT ON COLUMN user_onboarding_progress.completed_at IS 'When the onboarding was completed, null before.';
COMMENT ON COLUMN user_onboarding_progress.last_active_at IS 'When the user last answered something.';
COMMENT ON COLUMN user_onboarding_progress.created_at IS 'When the row was made.';
COMMENT ON COLUMN user_onboarding_progress.updated_at IS 'When the row was last changed.';

CREATE TABLE user_trading_preferences (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    trading_style varchar(50) DEFAULT 'balanced',
    strategy_preference varchar(50) DEFAULT 'mixed',
    position_sizing_method varchar(50) DEFAULT 'percentage',
    default_position_size decimal(10,4) DEFAULT 5.0,
    max_position_size decimal(10,4) DEFAULT 20.0,
    stop_loss_percentage decimal(10,4) DEFAULT 10.0,
    take_profit_percentage decimal(10,4) DEFAULT 20.0,
    max_daily_trades integer DEFAULT 10,
    max_weekly_trades integer DEFAULT 50,
    cash_allocation_target decimal(10,4) DEFAULT 10.0,
    equity_allocation_target decimal(10,4) DEFAULT 70.0,
    bond_allocation_target decimal(10,4) DEFAULT 15.0,
    alternative_allocation_target decimal(10,4) DEFAULT 5.0,
    auto_rebalance_enabled boolean DEFAULT true,
    rebalance_threshold decimal(10,4) DEFAULT 5.0,
    rebalance_frequency varchar(20) DEFAULT 'monthly',
    base_currency varchar(10) DEFAULT 'NZD',
    currency_hedging_preference varchar(20) DEFAULT 'auto',
    tax_loss_harvesting_enabled boolean DEFAULT true,
    franking_credits_consideration boolean DEFAULT true,
    nz_tax_optimization boolean DEFAULT true,
    price_alert_threshold decimal(10,4) DEFAULT 5.0,
    portfolio_alert_threshold decimal(10,4) DEFAULT 10.0,
    news_alert_enabled boolean DEFAULT true,
    signal_alert_enabled boolean DEFAULT true,
    auto_save_enabled boolean DEFAULT true,
    advanced_mode_enabled boolean DEFAULT false,
    paper_trading_enabled boolean DEFAULT true,
    real_trading_enabled boolean DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_trading_preferences_pkey PRIMARY KEY (id),
    CONSTRAINT user_trading_preferences_user_id_key UNIQUE (user_id),
    CONSTRAINT user_trading_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_trading_preferences_trading_style_check
        CHECK (trading_style IN ('conservative', 'balanced', 'aggressive', 'custom')),
    CONSTRAINT user_trading_preferences_strategy_preference_check
        CHECK (strategy_preference IN ('value', 'growth', 'dividend', 'momentum', 'mixed')),
    CONSTRAINT user_trading_preferences_position_sizing_method_check
        CHECK (position_sizing_method IN ('fixed_amount', 'percentage', 'risk_based', 'kelly')),
    -- Without a largest size there is nothing to stay below.
    CONSTRAINT user_trading_preferences_default_position_size_check CHECK (
        default_position_size > 0 AND default_position_size <> 'NaN'
        AND (max_position_size IS NULL OR default_position_size <= max_position_size)
    ),
    CONSTRAINT user_trading_preferences_max_position_size_check CHECK (max_position_size <> 'NaN'),
    CONSTRAINT user_trading_preferences_stop_loss_percentage_check
        CHECK (stop_loss_percentage > 0 AND stop_loss_percentage <= 100),
    CONSTRAINT user_trading_preferences_take_profit_percentage_check
        CHECK (take_profit_percentage > 0 AND take_profit_percentage <= 1000),
    CONSTRAINT user_trading_preferences_cash_allocation_target_check CHECK (cash_allocation_target BETWEEN 0 AND 100),
    CONSTRAINT user_trading_preferences_equity_allocation_target_check CHECK (equity_allocation_target BETWEEN 0 AND 100),
    CONSTRAINT user_trading_preferences_bond_allocation_target_check CHECK (bond_allocation_target BETWEEN 0 AND 100),
    CONSTRAINT user_trading_preferences_alternative_allocation_target_check
        CHECK (alternative_allocation_target BETWEEN 0 AND 100),
    -- Either no targets at all, or targets that add up, a missing one counting as 0.
    CONSTRAINT user_trading_preferences_allocation_targets_check CHECK (
        num_nonnulls(cash_allocation_target, equity_allocation_target, bond_allocation_target, alternative_allocation_target) = 0
        OR coalesce(cash_allocation_target, 0) + coalesce(equity_allocation_target, 0)
            + coalesce(bond_allocation_target, 0) + coalesce(alternative_allocation_target, 0) = 100
    ),
    CONSTRAINT user_trading_preferences_rebalance_threshold_check CHECK (rebalance_threshold <> 'NaN'),
    CONSTRAINT user_trading_preferences_rebalance_frequency_check
        CHECK (rebalance_frequency IN ('daily', 'weekly', 'monthly', 'quarterly', 'annually')),
    CONSTRAINT user_trading_preferences_base_currency_check CHECK (base_currency ~ '^[A-Z]{3}$'),
    CONSTRAINT user_trading_preferences_currency_hedging_preference_check
        CHECK (currency_hedging_preference IN ('none', 'partial', 'full', 'auto')),
    CONSTRAINT user_trading_preferences_price_alert_threshold_check CHECK (price_alert_threshold <> 'NaN'),
    CONSTRAINT user_trading_preferences_portfolio_alert_threshold_check CHECK (portfolio_alert_threshold <> 'NaN')
);

COMMENT ON TABLE user_trading_preferences IS 'How a user wants to trade, one row for each user at most; null leaves a choice to the application.';
COMMENT ON COLUMN user_trading_preferences.id IS 'Names the row for the API.';
COMMENT ON COLUMN user_trading_preferences.user_id IS 'Whose preferences they are.';
COMMENT ON COLUMN user_trading_preferences.trading_style IS 'How cautious the user is, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.strategy_preference IS 'What the user looks for in an asset, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.position_sizing_method IS 'How the size of a position is found, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.default_position_size IS 'Size of a new position in per cent of the portfolio, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.max_position_size IS 'Largest size of a position in per cent of the portfolio, null for no limit.';
COMMENT ON COLUMN user_trading_preferences.stop_loss_percentage IS 'Loss in per cent at which a new trade is stopped, null for none.';
COMMENT ON COLUMN user_trading_preferences.take_profit_percentage IS 'Gain in per cent at which a new trade is closed, null for none.';
COMMENT ON COLUMN user_trading_preferences.max_daily_trades IS 'The most trades in a day, null for no limit.';
COMMENT ON COLUMN user_trading_preferences.max_weekly_trades IS 'The most trades in a week, null for no limit.';
COMMENT ON COLUMN user_trading_preferences.cash_allocation_target IS 'Wanted share of cash in per cent; the four targets add up to 100, null counts as 0, all null means no targets.';
COMMENT ON COLUMN user_trading_preferences.equity_allocation_target IS 'Wanted share of equities and funds in per cent, null counts as 0.';
COMMENT ON COLUMN user_trading_preferences.bond_allocation_target IS 'Wanted share of bonds in per cent, null counts as 0.';
COMMENT ON COLUMN user_trading_preferences.alternative_allocation_target IS 'Wanted share of everything else in per cent, null counts as 0.';
COMMENT ON COLUMN user_trading_preferences.auto_rebalance_enabled IS 'True to be offered rebalancing, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.rebalance_threshold IS 'Drift in percentage points above which rebalancing is offered, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.rebalance_frequency IS 'How often rebalancing is looked at, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.base_currency IS 'ISO 4217 code of the currency to think in, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.currency_hedging_preference IS 'How far foreign currencies are hedged, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.tax_loss_harvesting_enabled IS 'True to be shown losses that could be realised for tax, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.franking_credits_consideration IS 'True to regard Australian franking credits, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.nz_tax_optimization IS 'True to regard the tax rules of New Zealand, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.price_alert_threshold IS 'Change of a price in per cent from which an alert is raised, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.portfolio_alert_threshold IS 'Change of a portfolio in per cent from which an alert is raised, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.news_alert_enabled IS 'True to be alerted to news, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.signal_alert_enabled IS 'True to be alerted to signals, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.auto_save_enabled IS 'True to save forms while they are filled in, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.advanced_mode_enabled IS 'True to show every setting, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.paper_trading_enabled IS 'True to trade on paper, null leaves it open.';
COMMENT ON COLUMN user_trading_preferences.real_trading_enabled IS 'True when the user wants real orders, null leaves it open; none are placed.';
COMMENT ON COLUMN user_trading_preferences.created_at IS 'When the row was made.';
COMMENT ON COLUMN user_trading_preferences.updated_at IS 'When the row was last changed.';

CREATE TRIGGER user_onboarding_progress_touch BEFORE UPDATE ON user_onboarding_progress
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
CREATE TRIGGER user_trading_preferences_touch BEFORE UPDATE ON user_trading_preferences
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

SELECT public.protect_rows('user_onboarding_progress');
SELECT public.protect_rows('user_trading_preferences');
