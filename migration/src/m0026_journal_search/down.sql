DROP TRIGGER journal_entries_search ON journal_entries;
DROP FUNCTION public.keep_journal_search();
DROP TABLE journal_search;
ALTER TABLE journal_entries DROP CONSTRAINT journal_entries_id_user_id_key;
CREATE OR REPLACE FUNCTION public.journal_search_document(title text, content text, reasoning text, lessons_learned text)
    RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(to_tsvector('pg_catalog.simple'::regconfig, coalesce(title, '')), 'A')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, left(coalesce(content, ''), 100000)), 'B')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, left(coalesce(reasoning, ''), 100000)), 'C')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, left(coalesce(lessons_learned, ''), 100000)), 'C');
CREATE INDEX idx_journal_entries_search ON journal_entries
    USING gin (public.journal_search_document(title, content, reasoning, lessons_learned));
