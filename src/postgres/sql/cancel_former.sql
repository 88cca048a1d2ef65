-- Cancels what the connection before left behind: $1 its backend, $2 how many milliseconds ago, at least, it was open.
--
-- Another backend that has the same number by now began later. Durations are compared and not moments, so our clock
-- need not agree with the server's. An idle backend has nothing to cancel, and may serve others behind a pooler.
SELECT pg_catalog.pg_cancel_backend(pid)
FROM pg_catalog.pg_stat_activity
WHERE pid = $1::integer
    AND application_name = pg_catalog.current_setting('application_name')
    AND backend_start <= pg_catalog.clock_timestamp() - $2::bigint * interval '1 millisecond'
    AND state IS DISTINCT FROM 'idle';
