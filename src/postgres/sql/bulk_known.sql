-- In bulk: which of the command ids $1 are decided. $2: the backend of the session; in another one there is no row.
SELECT command_id
FROM command_outcomes
WHERE command_id = ANY ($1::uuid[]) AND pg_backend_pid() = $2::integer;
