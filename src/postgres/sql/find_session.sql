-- The command that created a session. $1: its id, as an array of one.
SELECT command_id
FROM command_outcomes
WHERE session_id = ANY ($1::bigint[])
LIMIT 1;
