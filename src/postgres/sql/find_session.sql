-- The command that created a session. $1: its id, as an array of one; $2: the backend of the
-- session.
SELECT command_id
FROM command_outcomes
WHERE session_id = ANY ($1::bigint[]) AND pg_backend_pid() = $2::integer
LIMIT 1;
