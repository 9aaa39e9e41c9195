DROP TABLE trade_analysis;
ALTER TABLE journal_entries DROP CONSTRAINT journal_entries_trade_id_fkey;
DROP TABLE manual_trade_logs;
DROP TABLE journal_entries;
DROP FUNCTION public.check_trade_log_journal_entry();
DROP FUNCTION public.check_journal_entry_trade();
DROP FUNCTION public.journal_search_document(text, text, text, text);
