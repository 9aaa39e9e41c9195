-- Each foreign key as a line of relations.tsv writes it.
SELECT concat_ws(' ',
    k.conrelid::regclass,
    (SELECT string_agg(a.attname, ', ' ORDER BY x.place)
     FROM unnest(k.conkey) WITH ORDINALITY x (number, place)
     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.number),
    k.confrelid::regclass || '(' ||
    (SELECT string_agg(a.attname, ', ' ORDER BY x.place)
     FROM unnest(k.confkey) WITH ORDINALITY x (number, place)
     JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.number) || ')',
    CASE k.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'a' THEN 'no action' ELSE 'other' END,
    CASE k.confupdtype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'a' THEN 'no action' ELSE 'other' END)
FROM pg_constraint k
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.connamespace = 'public'::regnamespace
