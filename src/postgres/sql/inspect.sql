-- What `sessiond check` wants to know beside missing.sql: settings that let a crash lose commits, how many ids are left, and whether the
-- ledger was pruned.
--
-- It only reads, what may be missing by name, and no more of the ledger than the statistics: of a ledger that nobody has analyzed nothing is
-- said. `ids_left` is -1 where it is not known; `ids_behind` how far the sequence is behind the largest id.
WITH sequence AS (
    SELECT to_regclass(pg_get_serial_sequence(quote_ident(nspname) || '.study_sessions', 'id')) AS oid, attlen AS size
    FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'id' AND NOT attisdropped
    WHERE pg_class.oid = to_regclass('study_sessions')
),
counter AS (
    SELECT size, seqmax,
           CASE WHEN has_sequence_privilege(sequence.oid, 'USAGE,SELECT')
                THEN coalesce(pg_sequence_last_value(sequence.oid), seqmin - 1) END AS last,
           CASE WHEN has_column_privilege(to_regclass('study_sessions'), 'id', 'SELECT')
                THEN substring(query_to_xml('SELECT max(id) AS max FROM study_sessions', true, true, '')::text
                               FROM '>([0-9]+)</max>')::numeric END AS newest
    FROM sequence
    JOIN pg_sequence ON seqrelid = sequence.oid
    WHERE seqincrement > 0 AND NOT seqcycle
),
room AS (
    SELECT least(seqmax::numeric,
                 CASE size WHEN 2 THEN 32767 WHEN 4 THEN 2147483647 ELSE 9223372036854775807 END::numeric) - last AS left,
           greatest(newest - last, 0) AS behind
    FROM counter
),
ledger AS (
    SELECT attname, null_frac, (histogram_bounds::text::text[])[1] AS least
    FROM pg_stats
    JOIN pg_class ON pg_class.oid = to_regclass('command_outcomes') AND relname = tablename
    JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname = schemaname
)
SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock_ms,
       coalesce((SELECT string_agg(name || '=' || setting, ', ' ORDER BY name) FROM pg_settings
                 WHERE name IN ('synchronous_commit', 'fsync', 'full_page_writes') AND setting = 'off'), '') AS unsafe,
       coalesce((SELECT greatest("left", 0) FROM room), -1)::bigint AS ids_left,
       coalesce((SELECT behind FROM room), 0)::bigint AS ids_behind,
       coalesce((SELECT null_frac > 0 FROM ledger WHERE attname = 'outcome'), false) AS pruned,
       coalesce((SELECT (extract(epoch FROM least::timestamptz) * 1000)::bigint FROM ledger WHERE attname = 'decided_at'), -1)
           AS oldest_ms;
