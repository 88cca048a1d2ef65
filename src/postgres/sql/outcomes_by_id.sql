-- The end of the statements that look the ids $1 up in the ledger, if "allowed" has a row.
--
-- The ledger is looked up in a subquery with OFFSET 0 for the reason that decide.sql gives.
SELECT known.command_id, known.session_id, known.violations, known.group_name, known.activity_name, known.decided_at,
       known.outcome, known.group_id, known.group_id_invalid, known.study_activity_id, known.study_activity_id_invalid,
       known.topic, known.partition, known."offset", known.timestamp_ms, known.hints
FROM allowed
CROSS JOIN unnest($1::uuid[]) AS asked (command_id)
CROSS JOIN LATERAL (SELECT * FROM command_outcomes WHERE command_id = asked.command_id OFFSET 0) AS known
WHERE allowed.yes IS NOT NULL;
