-- Our tables in the schema $1 and their indexes, with what the server knows of them without looking: rows are its estimate (-1: it has
-- none), times those of the last vacuum and the last analyze, by whomever.
SELECT t.relname, i.relname, c.reltuples::bigint, pg_relation_size(c.oid), pg_total_relation_size(c.oid), s.n_dead_tup,
       date_trunc('second', greatest(s.last_vacuum, s.last_autovacuum)),
       date_trunc('second', greatest(s.last_analyze, s.last_autoanalyze))
FROM pg_class t
JOIN pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN LATERAL (SELECT NULL::oid AS indexrelid UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = t.oid) x ON true
LEFT JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = coalesce(i.oid, t.oid)
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE n.nspname = $1 AND t.relname IN ('groups', 'study_activities', 'study_sessions', 'command_outcomes') AND t.relkind IN ('r', 'p')
ORDER BY t.relname, i.relname NULLS FIRST
