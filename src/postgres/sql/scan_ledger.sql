-- All outcomes in the order of their ids, for a tool that reads them in one snapshot. The columns are those of
-- read_outcomes.sql, and then those that repeat what others say.
DECLARE ledger BINARY NO SCROLL CURSOR FOR
SELECT command_id, session_id, violations, group_name, activity_name, decided_at, outcome, group_id, group_id_invalid,
       study_activity_id, study_activity_id_invalid, topic, partition, "offset", timestamp_ms, hints, code
FROM command_outcomes
ORDER BY command_id;
