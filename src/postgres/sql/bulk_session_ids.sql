-- In bulk: takes $1 values of the sequence of study_sessions.id, one for each session that will be made. $2: the
-- backend of the session; in another one there is no row.
WITH sequence AS MATERIALIZED (
    SELECT pg_get_serial_sequence('study_sessions', 'id')::regclass AS oid
)
SELECT nextval((SELECT oid FROM sequence))
FROM generate_series(1, $1::bigint)
WHERE pg_backend_pid() = $2::integer;
