-- The outcomes that were found instead of made. $1: command ids; $2: the backend of the session, elsewhere nothing is done.
--
-- Whoever publishes an outcome that another transaction decided must know that it is durable: a commit whose answer
-- was lost, a killed backend or a cancelled wait leaves rows visible that no synchronous standby has. The message makes
-- this transaction write to the log after those rows, so that its own commit waits for the standbys; a transaction that
-- only reads waits for nothing. It is evaluated once, before the first row.
--
-- The ledger is looked up in a subquery with OFFSET 0 for the reason that decide.sql gives.
WITH
#include "row_security.sql"
written AS MATERIALIZED (
    SELECT pg_logical_emit_message(true, 'sessiond', '') AS lsn
    WHERE pg_backend_pid() = $2::integer
        AND (SELECT count(('sessiond/row-security/' || name)::integer) FROM hidden WHERE name = 'command_outcomes') = 0
)
SELECT known.command_id, known.session_id, known.violations, known.group_name, known.activity_name, known.decided_at,
       known.outcome, known.group_id, known.group_id_invalid, known.study_activity_id, known.study_activity_id_invalid,
       known.topic, known.partition, known."offset", known.timestamp_ms, known.hints
FROM written
CROSS JOIN unnest($1::uuid[]) AS asked (command_id)
CROSS JOIN LATERAL (SELECT * FROM command_outcomes WHERE command_id = asked.command_id OFFSET 0) AS known
WHERE written.lsn IS NOT NULL;
