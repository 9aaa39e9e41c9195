-- What the triggers record of UPDATE and DELETE, with a new column, and triggers that cost new prices less. This list is the one place that decides which values the audit shows:
-- a column that is not named here is withheld, so a new one is, until somebody names it. Withheld are secrets, personal
-- data, and whatever people write in their own words (names of portfolios, accounts and strategies, reasons, notes): the
-- audit says that it changed. What is shown are figures, dates, switches, ids, symbols and words of closed sets.

CREATE OR REPLACE FUNCTION public.audit_rules()
    RETURNS TABLE (table_name text, owner_column text, shown text[], derived text[], silent text[])
    LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    -- shown: with the old and the new value.
    -- derived: shown too, but when the system alone changes them (prices, and figures that follow from prices), nothing
    --     is recorded: hundreds of thousands of rows at a time, which nobody did and anybody can compute again.
    -- silent: a change of nothing but these is not recorded; they change along with others, or with every request.
    SELECT * FROM (VALUES
        ('users', 'id',
            '{id, tier, is_active, is_admin, has_completed_onboarding, onboarding_step, onboarding_completed_at,
              preferred_currency, email_verified_at, locked_until, password_changed_at, totp_enabled_at, created_by,
              created_at}'::text[],
            '{}'::text[],
            '{last_login_at, failed_login_attempts, updated_by, updated_at}'::text[]),
        ('user_sessions', 'user_id',
            '{id, user_id, created_at, expires_at, access_expires_at, revoked_at, is_active}', '{}',
            '{last_activity_at}'),
        ('portfolio_summary', 'user_id',
            '{id, user_id, currency, cash_balance, created_at}',
            '{portfolio_value, total_gain_loss, total_gain_loss_percent, day_gain_loss, day_gain_loss_percent,
              invested_amount, number_of_holdings, price_as_of, day_as_of}',
            '{last_updated}'),
        ('portfolio_holdings', 'user_id',
            '{id, user_id, symbol, asset_class, is_derived, quantity, avg_cost, created_at}',
            '{current_price, price_as_of, market_value, total_gain_loss, total_gain_loss_percent, day_gain_loss,
              day_gain_loss_percent, day_as_of}',
            '{last_updated}'),
        ('portfolio_position', 'user_id',
            '{id, user_id, symbol, quantity, avg_price, asset_class, currency, sync_source, created_at}',
            '{current_price, price_as_of}',
            '{last_updated}'),
        ('manual_trade_logs', 'user_id',
            '{id, user_id, journal_entry_id, symbol, currency, trade_type, entry_price, quantity, total_value, order_type,
              fees, account_type, target_price, stop_loss_price, risk_reward_ratio, position_size_percent, time_horizon,
              conviction_level, exit_price, exit_date, realized_pnl, realized_pnl_percent, status, is_active, trade_date,
              execution_time, created_at}',
            '{current_price, price_as_of, unrealized_pnl, unrealized_pnl_percent, max_profit, max_loss}',
            '{updated_at}'),
        ('user_trade_rule', 'user_id',
            '{id, user_id, symbol, rule_type, threshold, frequency, amount, enabled, last_triggered, created_at}', '{}',
            '{notified_at, updated_at}'),
        ('rebalance_schedule', 'user_id',
            '{id, user_id, enabled, frequency, threshold, only_if_thresholds_exceeded, day_of_week, day_of_month,
              time_of_day, exclude_weekends, allow_partial_rebalancing, max_trades_per_session, last_rebalance_time,
              next_scheduled_time, created_at}', '{}',
            '{updated_at}'),
        ('watchlist_shares', 'owner_id',
            '{id, watchlist_id, owner_id, shared_with_id, is_read_only, shared_at}', '{}', '{}')
    ) AS rules (table_name, owner_column, shown, derived, silent);
END;
COMMENT ON FUNCTION public.audit_rules() IS
    'Which tables the audit watches, and of each the columns whose values it shows; every other column is withheld.';

-- Makes the triggers of one table from its rule. The function is written out column by column, because comparing rows
-- as JSON costs several times as much; and it works row by row, because what a statement trigger looks at is collected
-- even for statements that it then ignores, such as new prices for every holding.
CREATE OR REPLACE FUNCTION public.audit_table(p_table text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rule record;
    columns text[];
    watched text[];
    old_and_new text;
    old_alone text;
    is_watched text;
BEGIN
    SELECT * INTO STRICT rule FROM public.audit_rules() r WHERE r.table_name = p_table;
    SELECT array_agg(a.attname::text ORDER BY a.attnum) INTO columns
    FROM pg_attribute a
    WHERE a.attrelid = format('public.%I', p_table)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    IF NOT columns @> (rule.shown || rule.derived || rule.silent) THEN
        RAISE EXCEPTION 'The audit''s rule for % names a column that there is not.', p_table;
    END IF;

    SELECT array_agg(c) FILTER (WHERE c <> ALL (rule.silent || rule.derived)) INTO watched FROM unnest(columns) c;
    SELECT
        string_agg(format(
            CASE WHEN c = ANY (rule.shown || rule.derived)
                THEN '%1$L, CASE WHEN OLD.%1$I IS DISTINCT FROM NEW.%1$I THEN jsonb_build_object(''old'', OLD.%1$I, ''new'', NEW.%1$I) END'
                ELSE '%1$L, CASE WHEN OLD.%1$I IS DISTINCT FROM NEW.%1$I THEN to_jsonb(''withheld''::text) END' END, c),
            E',\n            '),
        string_agg(format(
            CASE WHEN c = ANY (rule.shown || rule.derived)
                THEN '%1$L, CASE WHEN OLD.%1$I IS NOT NULL THEN jsonb_build_object(''old'', OLD.%1$I) END'
                ELSE '%1$L, CASE WHEN OLD.%1$I IS NOT NULL THEN to_jsonb(''withheld''::text) END' END, c),
            E',\n            ')
    INTO old_and_new, old_alone
    FROM unnest(columns) c WHERE c <> ALL (rule.silent);

    EXECUTE format($body$
CREATE OR REPLACE FUNCTION public.%1$I() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    changes jsonb := '{}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        changes := jsonb_strip_nulls(jsonb_build_object(
            %3$s));
    -- What goes with its account leaves no figures behind.
    ELSIF %5$L = 'users' OR EXISTS (SELECT FROM public.users u WHERE u.id = OLD.%2$I) THEN
        changes := jsonb_strip_nulls(jsonb_build_object(
            %4$s));
    END IF;
    INSERT INTO public.audit_log
        (at, operation, scope, actor_id, owner_id, table_name, row_id, changes, details, request_id, address)
    VALUES (
        statement_timestamp(), TG_OP, public.audit_scope(), public.scope_user_id(), OLD.%2$I, %5$L, OLD.id, changes,
        CASE WHEN public.audit_scope() = 'nobody' THEN jsonb_build_object('role', session_user) END,
        public.audit_request_id(), public.audit_address());
    RETURN NULL;
END
$function$
    $body$, 'audit_' || p_table, rule.owner_column, old_and_new, old_alone, p_table);
    EXECUTE format('COMMENT ON FUNCTION public.%I() IS %L', 'audit_' || p_table,
        format('Trigger: records what changes in a row of %s, and its end.', p_table));
    EXECUTE format('REVOKE ALL ON FUNCTION public.%I() FROM PUBLIC, stackmotive_app', 'audit_' || p_table);
    EXECUTE format('ALTER FUNCTION public.%I() OWNER TO stackmotive_auth', 'audit_' || p_table);

    -- The conditions keep rows that are not to be recorded from being remembered at all until the statement's end, and the
    -- columns keep statements about prices alone from looking at anything else. What the system writes is asked first,
    -- because comparing figures takes longer.
    is_watched := format('(%s) IS DISTINCT FROM (%s)',
        (SELECT string_agg(format('OLD.%I', c), ', ') FROM unnest(watched) c),
        (SELECT string_agg(format('NEW.%I', c), ', ') FROM unnest(watched) c));
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER %1$I AFTER UPDATE OF %5$s ON public.%2$I FOR EACH ROW WHEN (%3$s) EXECUTE FUNCTION public.%4$I()',
        p_table || '_changed', p_table, is_watched, 'audit_' || p_table,
        (SELECT string_agg(quote_ident(c), ', ') FROM unnest(watched) c));
    IF rule.derived <> '{}' THEN
        -- A row in which both kinds have changed is recorded once, by the trigger above.
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$I AFTER UPDATE OF %5$s ON public.%2$I FOR EACH ROW WHEN (%3$s) EXECUTE FUNCTION public.%4$I()',
            p_table || '_figures', p_table,
            format('NOT public.scope_is_system() AND NOT (%s) AND (%s) IS DISTINCT FROM (%s)', is_watched,
                (SELECT string_agg(format('OLD.%I', c), ', ') FROM unnest(rule.derived) c),
                (SELECT string_agg(format('NEW.%I', c), ', ') FROM unnest(rule.derived) c)),
            'audit_' || p_table, (SELECT string_agg(quote_ident(c), ', ') FROM unnest(rule.derived) c));
    END IF;
    EXECUTE format('CREATE OR REPLACE TRIGGER %1$I AFTER DELETE ON public.%2$I FOR EACH ROW EXECUTE FUNCTION public.%3$I()',
        p_table || '_deleted', p_table, 'audit_' || p_table);
END
$$;
COMMENT ON FUNCTION public.audit_table(text) IS
    'For migrations: makes the audit''s triggers of a table, or makes them anew after its columns or its rule have changed.';
REVOKE ALL ON FUNCTION public.audit_rules(), public.audit_table(text) FROM PUBLIC, stackmotive_app;

GRANT CREATE ON SCHEMA public TO stackmotive_auth;
SELECT public.audit_table(r.table_name) FROM public.audit_rules() r;
REVOKE CREATE ON SCHEMA public FROM stackmotive_auth;
