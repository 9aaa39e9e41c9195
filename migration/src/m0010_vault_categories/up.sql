-- The user's own order of assets, with targets.

CREATE TABLE vault_categories (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    category_name varchar(255) NOT NULL,
    category_code varchar(50) NOT NULL,
    category_type varchar(50) NOT NULL,
    category_description text,
    category_color varchar(7) DEFAULT '#3B82F6',
    category_icon varchar(100),
    target_allocation_percent decimal(10,4) DEFAULT 0.0000,
    min_allocation_percent decimal(10,4) DEFAULT 0.0000,
    max_allocation_percent decimal(10,4) DEFAULT 100.0000,
    rebalance_threshold decimal(10,4) DEFAULT 5.0000,
    rebalance_frequency varchar(20) DEFAULT 'monthly',
    auto_rebalance_enabled boolean DEFAULT true,
    risk_level varchar(20) DEFAULT 'medium',
    max_single_position_percent decimal(10,4) DEFAULT 10.0000,
    volatility_limit decimal(10,4) DEFAULT 25.0000,
    tax_efficiency_priority integer DEFAULT 5,
    tax_loss_harvesting_enabled boolean DEFAULT true,
    is_active boolean DEFAULT true,
    display_order integer DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT vault_categories_pkey PRIMARY KEY (id),
    -- Lets assignments name a category together with its user.
    CONSTRAINT vault_categories_id_user_id_key UNIQUE (id, user_id),
    CONSTRAINT vault_categories_user_id_category_code_key UNIQUE (user_id, category_code),
    CONSTRAINT vault_categories_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT vault_categories_category_type_check
        CHECK (category_type IN ('asset_class', 'sector', 'geography', 'strategy', 'risk_level', 'custom')),
    CONSTRAINT vault_categories_category_color_check CHECK (category_color ~ '^#[0-9A-Fa-f]{6}$'),
    CONSTRAINT vault_categories_target_allocation_percent_check CHECK (target_allocation_percent BETWEEN 0 AND 100),
    CONSTRAINT vault_categories_min_allocation_percent_check CHECK (min_allocation_percent BETWEEN 0 AND 100),
    CONSTRAINT vault_categories_max_allocation_percent_check CHECK (max_allocation_percent BETWEEN 0 AND 100),
    -- No minimum counts as 0, no maximum as 100; without a target the two must still be in order.
    CONSTRAINT vault_categories_target_allocation_percent_min_max_check CHECK (
        coalesce(min_allocation_percent, 0) <= coalesce(target_allocation_percent, min_allocation_percent, 0)
        AND coalesce(target_allocation_percent, min_allocation_percent, 0) <= coalesce(max_allocation_percent, 100)
    ),
    CONSTRAINT vault_categories_rebalance_threshold_check CHECK (rebalance_threshold BETWEEN 0 AND 100),
    CONSTRAINT vault_categories_rebalance_frequency_check
        CHECK (rebalance_frequency IN ('daily', 'weekly', 'monthly', 'quarterly', 'annually', 'never')),
    CONSTRAINT vault_categories_risk_level_check
        CHECK (risk_level IN ('very_low', 'low', 'medium', 'high', 'very_high')),
    CONSTRAINT vault_categories_max_single_position_percent_check
        CHECK (max_single_position_percent > 0 AND max_single_position_percent <= 100),
    CONSTRAINT vault_categories_volatility_limit_check CHECK (volatility_limit > 0 AND volatility_limit <= 100),
    CONSTRAINT vault_categories_tax_efficiency_priority_check CHECK (tax_efficiency_priority BETWEEN 1 AND 10),
    CONSTRAINT vault_categories_display_order_check CHECK (display_order > 0)
);

CREATE INDEX idx_vault_categories_user_id_display_order ON vault_categories (user_id, display_order) WHERE is_active;

COMMENT ON TABLE vault_categories IS 'One row for each category that a user sorts assets into.';
COMMENT ON COLUMN vault_categories.id IS 'Names the category for the API.';
COMMENT ON COLUMN vault_categories.user_id IS 'Whose category it is.';
COMMENT ON COLUMN vault_categories.category_name IS 'What the user calls it.';
COMMENT ON COLUMN vault_categories.category_code IS 'Its short name, unique for its user.';
COMMENT ON COLUMN vault_categories.category_type IS 'What the category sorts by; targets are summed for each type.';
COMMENT ON COLUMN vault_categories.category_description IS 'What it is about, null when nothing was written.';
COMMENT ON COLUMN vault_categories.category_color IS 'Its colour as #RRGGBB, null for none.';
COMMENT ON COLUMN vault_categories.category_icon IS 'Name of its icon, null for none.';
COMMENT ON COLUMN vault_categories.target_allocation_percent IS 'Wanted share in per cent, between minimum and maximum, null for no target.';
COMMENT ON COLUMN vault_categories.min_allocation_percent IS 'Smallest share in per cent, null counts as 0.';
COMMENT ON COLUMN vault_categories.max_allocation_percent IS 'Largest share in per cent, null counts as 100.';
COMMENT ON COLUMN vault_categories.rebalance_threshold IS 'Drift in percentage points above which rebalancing is due, null leaves it to the schedule.';
COMMENT ON COLUMN vault_categories.rebalance_frequency IS 'How often its share is looked at, null leaves it to the schedule.';
COMMENT ON COLUMN vault_categories.auto_rebalance_enabled IS 'True to take part in rebalancing, null leaves it open.';
COMMENT ON COLUMN vault_categories.risk_level IS 'How risky its assets are, null when not said.';
COMMENT ON COLUMN vault_categories.max_single_position_percent IS 'Largest share of one holding in per cent, null for no limit.';
COMMENT ON COLUMN vault_categories.volatility_limit IS 'Volatility in per cent that the user accepts, null for no limit.';
COMMENT ON COLUMN vault_categories.tax_efficiency_priority IS 'How much tax matters here, from 1 to 10, null when not said.';
COMMENT ON COLUMN vault_categories.tax_loss_harvesting_enabled IS 'True to be shown losses that could be realised for tax, null leaves it open.';
COMMENT ON COLUMN vault_categories.is_active IS 'False while the category rests, null stands for false.';
COMMENT ON COLUMN vault_categories.display_order IS 'Its place in the list, from 1, null for last.';
COMMENT ON COLUMN vault_categories.created_at IS 'When the category was made.';
COMMENT ON COLUMN vault_categories.updated_at IS 'When the category was last changed.';

CREATE TABLE asset_category_assignment (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    category_id uuid NOT NULL,
    symbol varchar(20) NOT NULL,
    asset_name varchar(255),
    asset_class varchar(50),
    sector varchar(100),
    market varchar(50) DEFAULT 'NZX',
    assignment_type varchar(20) DEFAULT 'manual',
    assignment_rule text,
    assignment_confidence decimal(5,4) DEFAULT 1.0000,
    target_weight_in_category decimal(10,4) DEFAULT 0.0000,
    is_active boolean DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT asset_category_assignment_pkey PRIMARY KEY (id),
    CONSTRAINT asset_category_assignment_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    -- An asset is sorted only into a category of the same user.
    CONSTRAINT asset_category_assignment_category_id_user_id_fkey FOREIGN KEY (category_id, user_id)
        REFERENCES vault_categories (id, user_id) ON DELETE CASCADE,
    CONSTRAINT asset_category_assignment_assignment_type_check
        CHECK (assignment_type IN ('manual', 'auto', 'rule_based', 'ai_suggested')),
    CONSTRAINT asset_category_assignment_assignment_confidence_check CHECK (assignment_confidence BETWEEN 0 AND 1),
    CONSTRAINT asset_category_assignment_target_weight_in_category_check
        CHECK (target_weight_in_category BETWEEN 0 AND 100)
);

CREATE UNIQUE INDEX idx_asset_category_assignment_category_id_symbol
    ON asset_category_assignment (category_id, symbol) WHERE is_active;
CREATE INDEX idx_asset_category_assignment_user_id_symbol ON asset_category_assignment (user_id, symbol);

COMMENT ON TABLE asset_category_assignment IS 'One row for each asset in a category.';
COMMENT ON COLUMN asset_category_assignment.id IS 'Names the assignment for the API.';
COMMENT ON COLUMN asset_category_assignment.user_id IS 'Whose assignment it is, the same user''s as the category.';
COMMENT ON COLUMN asset_category_assignment.category_id IS 'The category that the asset is in.';
COMMENT ON COLUMN asset_category_assignment.symbol IS 'The asset, once for each category while active.';
COMMENT ON COLUMN asset_category_assignment.asset_name IS 'The asset''s full name, null when unknown.';
COMMENT ON COLUMN asset_category_assignment.asset_class IS 'The kind of asset, null when unknown.';
COMMENT ON COLUMN asset_category_assignment.sector IS 'Its branch of the economy, null when unknown.';
COMMENT ON COLUMN asset_category_assignment.market IS 'The market that trades it, null when unknown.';
COMMENT ON COLUMN asset_category_assignment.assignment_type IS 'Who or what sorted it in, null when not noted.';
COMMENT ON COLUMN asset_category_assignment.assignment_rule IS 'The rule that sorted it in, null without one.';
COMMENT ON COLUMN asset_category_assignment.assignment_confidence IS 'How sure that is, from 0 to 1, null when unknown.';
COMMENT ON COLUMN asset_category_assignment.target_weight_in_category IS 'Wanted share of the category in per cent, null for no target.';
COMMENT ON COLUMN asset_category_assignment.is_active IS 'False while the assignment rests, null stands for false.';
COMMENT ON COLUMN asset_category_assignment.created_at IS 'When the assignment was made.';
COMMENT ON COLUMN asset_category_assignment.updated_at IS 'When the assignment was last changed.';

CREATE TRIGGER vault_categories_touch BEFORE UPDATE ON vault_categories
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
CREATE TRIGGER asset_category_assignment_touch BEFORE UPDATE ON asset_category_assignment
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

SELECT public.protect_rows('vault_categories');
SELECT public.protect_rows('asset_category_assignment');
