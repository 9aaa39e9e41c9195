-- When portfolios are rebalanced, and what was done.

CREATE TABLE rebalance_schedule (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    frequency varchar(20) NOT NULL DEFAULT 'manual',
    threshold decimal(10,4) NOT NULL DEFAULT 5.0,
    only_if_thresholds_exceeded boolean NOT NULL DEFAULT true,
    day_of_week integer,
    day_of_month integer,
    time_of_day time NOT NULL DEFAULT '09:30:00',
    exclude_weekends boolean NOT NULL DEFAULT true,
    allow_partial_rebalancing boolean NOT NULL DEFAULT false,
    max_trades_per_session integer NOT NULL DEFAULT 10,
    last_rebalance_time timestamptz,
    next_scheduled_time timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rebalance_schedule_pkey PRIMARY KEY (id),
    CONSTRAINT rebalance_schedule_user_id_key UNIQUE (user_id),
    CONSTRAINT rebalance_schedule_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT rebalance_schedule_frequency_check
        CHECK (frequency IN ('manual', 'daily', 'weekly', 'biweekly', 'monthly', 'quarterly', 'annually')),
    CONSTRAINT rebalance_schedule_threshold_check CHECK (threshold BETWEEN 0 AND 100),
    CONSTRAINT rebalance_schedule_day_of_week_check CHECK (day_of_week BETWEEN 0 AND 6),
    CONSTRAINT rebalance_schedule_day_of_month_check CHECK (day_of_month BETWEEN 1 AND 31),
    CONSTRAINT rebalance_schedule_max_trades_per_session_check CHECK (max_trades_per_session > 0)
);

CREATE INDEX idx_rebalance_schedule_next_scheduled_time ON rebalance_schedule (next_scheduled_time) WHERE enabled;

COMMENT ON TABLE rebalance_schedule IS 'When a user''s portfolios are rebalanced, one row for each user at most.';
COMMENT ON COLUMN rebalance_schedule.id IS 'Names the schedule for the API.';
COMMENT ON COLUMN rebalance_schedule.user_id IS 'Whose schedule it is.';
COMMENT ON COLUMN rebalance_schedule.enabled IS 'False while the schedule rests.';
COMMENT ON COLUMN rebalance_schedule.frequency IS 'How often it runs, manual for never by itself.';
COMMENT ON COLUMN rebalance_schedule.threshold IS 'Drift in percentage points above which rebalancing is due.';
COMMENT ON COLUMN rebalance_schedule.only_if_thresholds_exceeded IS 'True when a run without enough drift does nothing.';
COMMENT ON COLUMN rebalance_schedule.day_of_week IS 'Weekday of weekly and biweekly runs, 0 = Monday, null when it has no part.';
COMMENT ON COLUMN rebalance_schedule.day_of_month IS 'Day of monthly and rarer runs, clamped to the month''s end, null when it has no part.';
COMMENT ON COLUMN rebalance_schedule.time_of_day IS 'Time of a run in the user''s time zone.';
COMMENT ON COLUMN rebalance_schedule.exclude_weekends IS 'True when a run on a weekend moves to Monday.';
COMMENT ON COLUMN rebalance_schedule.allow_partial_rebalancing IS 'True when a plan may stop short of its targets.';
COMMENT ON COLUMN rebalance_schedule.max_trades_per_session IS 'The most trades that one run may make.';
COMMENT ON COLUMN rebalance_schedule.last_rebalance_time IS 'When a run last succeeded, null when none did.';
COMMENT ON COLUMN rebalance_schedule.next_scheduled_time IS 'When the next run is due, null when none is.';
COMMENT ON COLUMN rebalance_schedule.created_at IS 'When the schedule was made.';
COMMENT ON COLUMN rebalance_schedule.updated_at IS 'When the schedule was last changed.';

CREATE TABLE rebalance_execution (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    schedule_id uuid,
    execution_type varchar(30) NOT NULL,
    portfolio_value_before decimal(20,2) NOT NULL,
    total_drift_percent decimal(10,4) NOT NULL,
    trades_executed integer NOT NULL DEFAULT 0,
    completed_successfully boolean NOT NULL,
    error_message text,
    executed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rebalance_execution_pkey PRIMARY KEY (id),
    CONSTRAINT rebalance_execution_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT rebalance_execution_schedule_id_fkey FOREIGN KEY (schedule_id)
        REFERENCES rebalance_schedule (id) ON DELETE SET NULL,
    CONSTRAINT rebalance_execution_execution_type_check
        CHECK (execution_type IN ('scheduled', 'manual', 'threshold_triggered', 'api_triggered')),
    CONSTRAINT rebalance_execution_portfolio_value_before_check
        CHECK (portfolio_value_before >= 0 AND portfolio_value_before <> 'NaN'),
    CONSTRAINT rebalance_execution_total_drift_percent_check CHECK (total_drift_percent <> 'NaN'),
    CONSTRAINT rebalance_execution_trades_executed_check CHECK (trades_executed >= 0)
);

CREATE INDEX idx_rebalance_execution_user_id_executed_at ON rebalance_execution (user_id, executed_at DESC);
CREATE INDEX idx_rebalance_execution_schedule_id_executed_at ON rebalance_execution (schedule_id, executed_at DESC);

COMMENT ON TABLE rebalance_execution IS 'One row for each time that rebalancing was carried out or tried.';
COMMENT ON COLUMN rebalance_execution.id IS 'Names the execution for the API.';
COMMENT ON COLUMN rebalance_execution.user_id IS 'Whose holdings were rebalanced.';
COMMENT ON COLUMN rebalance_execution.schedule_id IS 'The schedule that asked for it, null without one or when it is gone.';
COMMENT ON COLUMN rebalance_execution.execution_type IS 'What asked for it.';
COMMENT ON COLUMN rebalance_execution.portfolio_value_before IS 'Portfolio value before the first trade.';
COMMENT ON COLUMN rebalance_execution.total_drift_percent IS 'Largest drift before the first trade, in percentage points.';
COMMENT ON COLUMN rebalance_execution.trades_executed IS 'How many trades were really made.';
COMMENT ON COLUMN rebalance_execution.completed_successfully IS 'True when the whole plan was carried out.';
COMMENT ON COLUMN rebalance_execution.error_message IS 'What went wrong, null when nothing did.';
COMMENT ON COLUMN rebalance_execution.executed_at IS 'When it happened.';

-- The lock keeps the schedule from being replaced by somebody else's between this check and the foreign key's own.
CREATE FUNCTION public.check_rebalance_execution_schedule() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM public.rebalance_schedule s
    WHERE s.id = NEW.schedule_id AND s.user_id = NEW.user_id
    FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM public.refuse_foreign_reference('rebalance_execution', 'schedule_id', 'rebalance_schedule');
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.check_rebalance_execution_schedule() IS 'Trigger: an execution names only its own user''s schedule.';

CREATE TRIGGER rebalance_execution_schedule BEFORE INSERT OR UPDATE OF schedule_id ON rebalance_execution
    FOR EACH ROW WHEN (NEW.schedule_id IS NOT NULL) EXECUTE FUNCTION public.check_rebalance_execution_schedule();
CREATE TRIGGER rebalance_schedule_touch BEFORE UPDATE ON rebalance_schedule
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

SELECT public.protect_rows('rebalance_schedule');
SELECT public.protect_rows('rebalance_execution');
