-- Rules that watch prices and the calendar.

CREATE TABLE user_trade_rule (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    symbol varchar(20) NOT NULL,
    rule_type varchar(20) NOT NULL,
    threshold decimal(20,4) NOT NULL,
    frequency varchar(20),
    amount decimal(20,2),
    enabled boolean NOT NULL DEFAULT true,
    last_triggered timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_trade_rule_pkey PRIMARY KEY (id),
    CONSTRAINT user_trade_rule_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_trade_rule_rule_type_check CHECK (rule_type IN ('DCA', 'Stop-Loss')),
    -- A stop at 100 per cent or more below the cost would be no price.
    CONSTRAINT user_trade_rule_threshold_check CHECK (
        threshold > 0 AND threshold <> 'NaN' AND (rule_type <> 'Stop-Loss' OR threshold < 100)
    ),
    -- A check passes on null, so these two say what a null means for each type.
    CONSTRAINT user_trade_rule_frequency_check CHECK (
        coalesce(frequency IN ('daily', 'weekly', 'biweekly', 'monthly', 'quarterly'), rule_type <> 'DCA')
    ),
    CONSTRAINT user_trade_rule_amount_check CHECK (coalesce(amount > 0 AND amount <> 'NaN', rule_type <> 'DCA'))
);

CREATE INDEX idx_user_trade_rule_user_id_symbol_rule_type ON user_trade_rule (user_id, symbol, rule_type);
CREATE INDEX idx_user_trade_rule_symbol ON user_trade_rule (symbol) WHERE enabled;

COMMENT ON TABLE user_trade_rule IS 'One row for each rule: regular buying (DCA) or a stop (Stop-Loss).';
COMMENT ON COLUMN user_trade_rule.id IS 'Names the rule for the API.';
COMMENT ON COLUMN user_trade_rule.user_id IS 'Whose rule it is.';
COMMENT ON COLUMN user_trade_rule.symbol IS 'What it buys or watches.';
COMMENT ON COLUMN user_trade_rule.rule_type IS 'DCA buys regularly, Stop-Loss sells below a price.';
COMMENT ON COLUMN user_trade_rule.threshold IS 'DCA: the highest price to buy at; Stop-Loss: per cent below the average cost, under 100.';
COMMENT ON COLUMN user_trade_rule.frequency IS 'How often a DCA rule buys, null for a Stop-Loss that needs none.';
COMMENT ON COLUMN user_trade_rule.amount IS 'How much money a DCA rule spends each time, null for a Stop-Loss that needs none.';
COMMENT ON COLUMN user_trade_rule.enabled IS 'False while the rule rests.';
COMMENT ON COLUMN user_trade_rule.last_triggered IS 'When the rule was last acted on, null when it never was.';
COMMENT ON COLUMN user_trade_rule.created_at IS 'When the rule was made.';
COMMENT ON COLUMN user_trade_rule.updated_at IS 'When the rule was last changed.';

CREATE TRIGGER user_trade_rule_touch BEFORE UPDATE ON user_trade_rule
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

SELECT public.protect_rows('user_trade_rule');
