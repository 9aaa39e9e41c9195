-- How the application looks and behaves for a user.

CREATE TABLE user_preferences (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    theme varchar(20) DEFAULT 'system',
    language varchar(10) DEFAULT 'en',
    timezone varchar(50) DEFAULT 'UTC',
    date_format varchar(20) DEFAULT 'YYYY-MM-DD',
    time_format varchar(10) DEFAULT '24h',
    number_format varchar(10) DEFAULT 'en-US',
    chart_type varchar(20) DEFAULT 'candlestick',
    chart_timeframe varchar(10) DEFAULT '1D',
    default_view varchar(50) DEFAULT 'overview',
    default_vault_id varchar(100),
    data_refresh_interval integer DEFAULT 30,
    real_time_data boolean DEFAULT true,
    historical_data_range varchar(10) DEFAULT '1Y',
    price_display_mode varchar(20) DEFAULT 'live',
    email_notifications boolean DEFAULT true,
    push_notifications boolean DEFAULT true,
    sms_notifications boolean DEFAULT false,
    alert_threshold decimal(10,4) DEFAULT 5.0,
    default_order_type varchar(20) DEFAULT 'market',
    confirm_orders boolean DEFAULT true,
    show_risk_warnings boolean DEFAULT true,
    api_access_enabled boolean DEFAULT false,
    webhook_url varchar(500),
    custom_css_enabled boolean DEFAULT false,
    beta_features boolean DEFAULT false,
    developer_mode boolean DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_preferences_pkey PRIMARY KEY (id),
    CONSTRAINT user_preferences_user_id_key UNIQUE (user_id),
    CONSTRAINT user_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_preferences_theme_check CHECK (theme IN ('light', 'dark', 'system')),
    -- PostgreSQL's list of zones changes with the machine, so the table holds the shape and the server the list.
    CONSTRAINT user_preferences_timezone_check CHECK (timezone ~ '^[A-Za-z][A-Za-z0-9_+/-]*$'),
    CONSTRAINT user_preferences_time_format_check CHECK (time_format IN ('12h', '24h')),
    CONSTRAINT user_preferences_chart_type_check CHECK (chart_type IN ('candlestick', 'line', 'bar', 'area', 'ohlc')),
    CONSTRAINT user_preferences_data_refresh_interval_check CHECK (data_refresh_interval >= 5),
    CONSTRAINT user_preferences_alert_threshold_check CHECK (alert_threshold BETWEEN 0 AND 100),
    CONSTRAINT user_preferences_default_order_type_check
        CHECK (default_order_type IN ('market', 'limit', 'stop', 'stop_limit')),
    CONSTRAINT user_preferences_webhook_url_check CHECK (webhook_url ~ '^https://[^[:space:]]+$')
);

COMMENT ON TABLE user_preferences IS 'How the application behaves for a user, one row for each user at most; null leaves a choice to the application.';
COMMENT ON COLUMN user_preferences.id IS 'Names the row for the API.';
COMMENT ON COLUMN user_preferences.user_id IS 'Whose preferences they are.';
COMMENT ON COLUMN user_preferences.theme IS 'Light, dark, or as the system has it; null leaves it open.';
COMMENT ON COLUMN user_preferences.language IS 'Language tag of the texts shown, null leaves it open.';
COMMENT ON COLUMN user_preferences.timezone IS 'IANA time zone in which days begin and schedules run, null stands for UTC.';
COMMENT ON COLUMN user_preferences.date_format IS 'How dates are written, null leaves it open.';
COMMENT ON COLUMN user_preferences.time_format IS 'Clock of 12 or 24 hours, null leaves it open.';
COMMENT ON COLUMN user_preferences.number_format IS 'Language tag that numbers are written by, null leaves it open.';
COMMENT ON COLUMN user_preferences.chart_type IS 'Kind of chart shown first, null leaves it open.';
COMMENT ON COLUMN user_preferences.chart_timeframe IS 'Length of time that a chart shows first, null leaves it open.';
COMMENT ON COLUMN user_preferences.default_view IS 'The page shown after signing in, null leaves it open.';
COMMENT ON COLUMN user_preferences.default_vault_id IS 'The name of the portfolio shown first, null for none.';
COMMENT ON COLUMN user_preferences.data_refresh_interval IS 'Seconds between two refreshes, at least 5, null leaves it open.';
COMMENT ON COLUMN user_preferences.real_time_data IS 'True to follow prices live, null leaves it open.';
COMMENT ON COLUMN user_preferences.historical_data_range IS 'Length of history that is loaded first, null leaves it open.';
COMMENT ON COLUMN user_preferences.price_display_mode IS 'Which price is shown, null leaves it open.';
COMMENT ON COLUMN user_preferences.email_notifications IS 'True to be told by e-mail, null leaves it open.';
COMMENT ON COLUMN user_preferences.push_notifications IS 'True to be told on the device, null leaves it open.';
COMMENT ON COLUMN user_preferences.sms_notifications IS 'True to be told by text message, null leaves it open.';
COMMENT ON COLUMN user_preferences.alert_threshold IS 'Change in per cent from which an alert is raised, null leaves it open.';
COMMENT ON COLUMN user_preferences.default_order_type IS 'The kind of order offered first, null leaves it open.';
COMMENT ON COLUMN user_preferences.confirm_orders IS 'True to ask before an order is sent, null leaves it open.';
COMMENT ON COLUMN user_preferences.show_risk_warnings IS 'True to show warnings about risk, null leaves it open.';
COMMENT ON COLUMN user_preferences.api_access_enabled IS 'True when the user may make personal API tokens, null stands for false.';
COMMENT ON COLUMN user_preferences.webhook_url IS 'The https address that events are sent to, null for none.';
COMMENT ON COLUMN user_preferences.custom_css_enabled IS 'True to apply the user''s own style sheet, null stands for false.';
COMMENT ON COLUMN user_preferences.beta_features IS 'True to show unfinished features, null stands for false.';
COMMENT ON COLUMN user_preferences.developer_mode IS 'True to show what developers need, null stands for false.';
COMMENT ON COLUMN user_preferences.created_at IS 'When the row was made.';
COMMENT ON COLUMN user_preferences.updated_at IS 'When the row was last changed.';

CREATE TABLE user_theme_preferences (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    theme_mode varchar(20) DEFAULT 'system',
    color_scheme varchar(50) DEFAULT 'default',
    primary_color varchar(7) DEFAULT '#3B82F6',
    accent_color varchar(7) DEFAULT '#10B981',
    font_family varchar(100) DEFAULT 'Inter',
    font_size varchar(20) DEFAULT 'medium',
    chart_theme varchar(50) DEFAULT 'default',
    sidebar_position varchar(20) DEFAULT 'left',
    compact_mode boolean DEFAULT false,
    animations_enabled boolean DEFAULT true,
    border_radius varchar(20) DEFAULT 'medium',
    custom_css text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_theme_preferences_pkey PRIMARY KEY (id),
    CONSTRAINT user_theme_preferences_user_id_key UNIQUE (user_id),
    CONSTRAINT user_theme_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_theme_preferences_theme_mode_check CHECK (theme_mode IN ('light', 'dark', 'system')),
    CONSTRAINT user_theme_preferences_primary_color_check CHECK (primary_color ~ '^#[0-9A-Fa-f]{6}$'),
    CONSTRAINT user_theme_preferences_accent_color_check CHECK (accent_color ~ '^#[0-9A-Fa-f]{6}$'),
    CONSTRAINT user_theme_preferences_font_size_check CHECK (font_size IN ('small', 'medium', 'large', 'extra_large')),
    CONSTRAINT user_theme_preferences_sidebar_position_check CHECK (sidebar_position IN ('left', 'right')),
    CONSTRAINT user_theme_preferences_border_radius_check
        CHECK (border_radius IN ('none', 'small', 'medium', 'large', 'full'))
);

COMMENT ON TABLE user_theme_preferences IS 'How the application looks for a user, one row for each user at most; null leaves a choice to the application.';
COMMENT ON COLUMN user_theme_preferences.id IS 'Names the row for the API.';
COMMENT ON COLUMN user_theme_preferences.user_id IS 'Whose preferences they are.';
COMMENT ON COLUMN user_theme_preferences.theme_mode IS 'Light, dark, or as the system has it; null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.color_scheme IS 'Name of the set of colours, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.primary_color IS 'Main colour as #RRGGBB, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.accent_color IS 'Second colour as #RRGGBB, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.font_family IS 'Name of the typeface, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.font_size IS 'Size of the text, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.chart_theme IS 'Name of the charts'' set of colours, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.sidebar_position IS 'The side that the navigation stands on, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.compact_mode IS 'True to show more on less room, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.animations_enabled IS 'True to move things on the page, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.border_radius IS 'How round corners are, null leaves it open.';
COMMENT ON COLUMN user_theme_preferences.custom_css IS 'The user''s own style sheet, null without one.';
COMMENT ON COLUMN user_theme_preferences.created_at IS 'When the row was made.';
COMMENT ON COLUMN user_theme_preferences.updated_at IS 'When the row was last changed.';

CREATE TRIGGER user_preferences_touch BEFORE UPDATE ON user_preferences
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
CREATE TRIGGER user_theme_preferences_touch BEFORE UPDATE ON user_theme_preferences
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

SELECT public.protect_rows('user_preferences');
SELECT public.protect_rows('user_theme_preferences');
