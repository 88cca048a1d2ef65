-- What is stored under ids, only to look at it: nothing is published for it. $1: command ids; $2: the backend of the session, elsewhere
-- nothing is read.
--
-- As read_outcomes.sql, but it writes nothing to the log: whoever acts on an outcome reads it there.
WITH
#include "row_security.sql"
readable AS MATERIALIZED (
    SELECT pg_backend_pid() AS pid
    WHERE pg_backend_pid() = $2::integer
        AND (SELECT count(('sessiond/row-security/' || name)::integer) FROM hidden WHERE name = 'command_outcomes') = 0
)
SELECT known.command_id, known.session_id, known.violations, known.group_name, known.activity_name, known.decided_at,
       known.outcome, known.group_id, known.group_id_invalid, known.study_activity_id, known.study_activity_id_invalid,
       known.topic, known.partition, known."offset", known.timestamp_ms, known.hints
FROM readable
CROSS JOIN unnest($1::uuid[]) AS asked (command_id)
CROSS JOIN LATERAL (SELECT * FROM command_outcomes WHERE command_id = asked.command_id OFFSET 0) AS known
WHERE readable.pid IS NOT NULL;
