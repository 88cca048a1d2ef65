-- The bulk way: those of the command ids $1 that are decided. $2 the backend of the session: elsewhere none.
SELECT command_id
FROM command_outcomes
WHERE command_id = ANY ($1::uuid[]) AND pg_backend_pid() = $2::integer;
