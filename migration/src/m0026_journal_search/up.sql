-- The words of journal entries, kept ready. Making them takes a tenth of a millisecond an entry, so a search that made
-- them anew would take ten seconds for a journal of 100,000.
--
-- Under row-level security no index on words can be used: its operator could tell of rows before the policy has looked
-- at them, so PostgreSQL asks the policy first. A search therefore goes through the words of one user, by the index on
-- user_id; the index on all words of all users served nobody, and cost at every write.

DROP INDEX idx_journal_entries_search;

-- A journal is no HTML: what looks like a tag is words too, such as the ones between "<support" and ">".
CREATE OR REPLACE FUNCTION public.journal_search_document(title text, content text, reasoning text, lessons_learned text)
    RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN setweight(to_tsvector('pg_catalog.simple'::regconfig, translate(coalesce(title, ''), '<', ' ')), 'A')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, translate(left(coalesce(content, ''), 100000), '<', ' ')), 'B')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, translate(left(coalesce(reasoning, ''), 100000), '<', ' ')), 'C')
        || setweight(to_tsvector('pg_catalog.simple'::regconfig, translate(left(coalesce(lessons_learned, ''), 100000), '<', ' ')), 'C');

-- Lets the words name an entry together with its user.
ALTER TABLE journal_entries ADD CONSTRAINT journal_entries_id_user_id_key UNIQUE (id, user_id);

CREATE TABLE journal_search (
    entry_id uuid NOT NULL,
    user_id uuid NOT NULL,
    document tsvector NOT NULL,
    CONSTRAINT journal_search_pkey PRIMARY KEY (entry_id),
    CONSTRAINT journal_search_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT journal_search_entry_id_user_id_fkey FOREIGN KEY (entry_id, user_id)
        REFERENCES journal_entries (id, user_id) ON DELETE CASCADE
);

CREATE INDEX idx_journal_search_user_id ON journal_search (user_id);

COMMENT ON TABLE journal_search IS 'One row for each journal entry: its words, for full-text search.';
COMMENT ON COLUMN journal_search.entry_id IS 'The entry that says these words.';
COMMENT ON COLUMN journal_search.user_id IS 'Who wrote it.';
COMMENT ON COLUMN journal_search.document IS 'The words with their places and weights: title A, content B, reasoning and lessons C.';

CREATE FUNCTION public.keep_journal_search() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.journal_search (entry_id, user_id, document)
    VALUES (NEW.id, NEW.user_id,
        public.journal_search_document(NEW.title, NEW.content, NEW.reasoning, NEW.lessons_learned))
    ON CONFLICT (entry_id) DO UPDATE SET document = excluded.document;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION public.keep_journal_search() IS 'Trigger: the words of an entry are those that it says.';

CREATE TRIGGER journal_entries_search AFTER INSERT OR UPDATE OF title, content, reasoning, lessons_learned
    ON journal_entries FOR EACH ROW EXECUTE FUNCTION public.keep_journal_search();

-- What was written before. The owner of the tables sees no rows while row-level security is forced upon it.
ALTER TABLE journal_entries NO FORCE ROW LEVEL SECURITY;
INSERT INTO journal_search (entry_id, user_id, document)
SELECT id, user_id, public.journal_search_document(title, content, reasoning, lessons_learned) FROM journal_entries;
ALTER TABLE journal_entries FORCE ROW LEVEL SECURITY;

SELECT public.protect_rows('journal_search');
