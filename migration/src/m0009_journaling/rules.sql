-- How journals and trades are searched, tied to their user, and who reaches them.

-- Queries and the index share this one definition of what an entry says: title first, then the text, then its
-- reasons and lessons. What lies beyond 100,000 characters is not searched, because a document has a largest size and
-- a long entry shall still be stored.
CREATE FUNCTION public.journal_search_document(title text, content text, reasoning text, lessons_learned text)
    RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(to_tsvector('pg_catalog.simple'::regconfig, coalesce(title, '')), 'A')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, left(coalesce(content, ''), 100000)), 'B')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, left(coalesce(reasoning, ''), 100000)), 'C')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, left(coalesce(lessons_learned, ''), 100000)), 'C');
COMMENT ON FUNCTION public.journal_search_document(text, text, text, text) IS
    'The words of a journal entry for full-text search, weighted: title A, content B, reasoning and lessons C.';

CREATE INDEX idx_journal_entries_user_id_entry_date_id ON journal_entries (user_id, entry_date DESC, id DESC);
CREATE INDEX idx_journal_entries_user_id_asset_symbol ON journal_entries (user_id, asset_symbol);
CREATE INDEX idx_journal_entries_trade_id ON journal_entries (trade_id);
CREATE INDEX idx_journal_entries_entry_date ON journal_entries (entry_date DESC) WHERE is_public;
CREATE INDEX idx_journal_entries_tags ON journal_entries USING gin (tags);
CREATE INDEX idx_journal_entries_search ON journal_entries
    USING gin (public.journal_search_document(title, content, reasoning, lessons_learned));

CREATE INDEX idx_manual_trade_logs_user_id_trade_date_id ON manual_trade_logs (user_id, trade_date DESC, id DESC);
CREATE INDEX idx_manual_trade_logs_user_id_symbol ON manual_trade_logs (user_id, symbol);
CREATE INDEX idx_manual_trade_logs_user_id_status ON manual_trade_logs (user_id, status);
CREATE INDEX idx_trade_analysis_user_id ON trade_analysis (user_id);

-- The locks keep the named row from being replaced by somebody else's between these checks and the foreign key's own.
CREATE FUNCTION public.check_journal_entry_trade() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM public.manual_trade_logs t
    WHERE t.id = NEW.trade_id AND t.user_id = NEW.user_id
    FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM public.refuse_foreign_reference('journal_entries', 'trade_id', 'manual_trade_logs');
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.check_journal_entry_trade() IS 'Trigger: an entry writes only about its own user''s trade.';

CREATE FUNCTION public.check_trade_log_journal_entry() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM public.journal_entries e
    WHERE e.id = NEW.journal_entry_id AND e.user_id = NEW.user_id
    FOR KEY SHARE;
    IF NOT FOUND THEN
        PERFORM public.refuse_foreign_reference('manual_trade_logs', 'journal_entry_id', 'journal_entries');
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.check_trade_log_journal_entry() IS 'Trigger: a trade log belongs only to its own user''s entry.';

CREATE TRIGGER journal_entries_trade BEFORE INSERT OR UPDATE OF trade_id ON journal_entries
    FOR EACH ROW WHEN (NEW.trade_id IS NOT NULL) EXECUTE FUNCTION public.check_journal_entry_trade();
CREATE TRIGGER manual_trade_logs_journal_entry BEFORE INSERT OR UPDATE OF journal_entry_id ON manual_trade_logs
    FOR EACH ROW WHEN (NEW.journal_entry_id IS NOT NULL) EXECUTE FUNCTION public.check_trade_log_journal_entry();
CREATE TRIGGER journal_entries_touch BEFORE UPDATE ON journal_entries
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
CREATE TRIGGER manual_trade_logs_touch BEFORE UPDATE ON manual_trade_logs
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
CREATE TRIGGER trade_analysis_touch BEFORE UPDATE ON trade_analysis
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

SELECT public.protect_rows('journal_entries');
CREATE POLICY journal_entries_public ON journal_entries FOR SELECT TO stackmotive_app
    USING (is_public AND (SELECT public.scope_user_id()) IS NOT NULL);
SELECT public.protect_rows('manual_trade_logs');
SELECT public.protect_rows('trade_analysis');
