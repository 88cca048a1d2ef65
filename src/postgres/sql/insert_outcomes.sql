-- Decides the commands whose ids are new and answers what it decided; one statement, one transaction.
--
-- $1 command ids, each once, in their order        $2 violations found before, null: the parents decide
-- $3, $4 group_id and whether it is invalid        $5, $6 study_activity_id likewise
-- $7 … $10 topic, partition, offset, timestamp_ms
--
-- Everything is done in the order of the ids: two workers that share ids wait for each other but never in a circle.
-- A sequence value is taken for a new session only, so a replay burns none. An id that another transaction decides
-- meanwhile is not answered (ON CONFLICT DO NOTHING), and this statement's snapshot cannot see that row: it takes
-- read_outcomes.sql, with a snapshot of its own.
WITH asked AS MATERIALIZED (
    SELECT *
    FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::boolean[], $5::bigint[], $6::boolean[],
                $7::text[], $8::integer[], $9::bigint[], $10::bigint[])
        AS command (command_id, violations, group_id, group_id_invalid, study_activity_id, study_activity_id_invalid,
                    topic, partition, "offset", timestamp_ms)
),
judged AS MATERIALIZED (
    SELECT asked.command_id,
           coalesce(asked.violations, nullif(concat_ws(',',
               CASE WHEN parent.id IS NULL THEN 'group_id:GROUP_NOT_FOUND' END,
               CASE WHEN activity.id IS NULL THEN 'study_activity_id:STUDY_ACTIVITY_NOT_FOUND' END), '')) AS violations,
           asked.group_id, asked.group_id_invalid, asked.study_activity_id, asked.study_activity_id_invalid,
           parent.name::text AS group_name, activity.name::text AS activity_name,
           asked.topic, asked.partition, asked."offset", asked.timestamp_ms
    FROM asked
    LEFT JOIN groups AS parent ON asked.violations IS NULL AND parent.id = asked.group_id
    LEFT JOIN study_activities AS activity ON asked.violations IS NULL AND activity.id = asked.study_activity_id
    WHERE NOT EXISTS (SELECT FROM command_outcomes AS known WHERE known.command_id = asked.command_id)
    ORDER BY asked.command_id
),
sequence AS MATERIALIZED (
    SELECT pg_get_serial_sequence('study_sessions', 'id')::regclass AS oid
),
numbered AS MATERIALIZED (
    SELECT judged.*, CASE WHEN violations IS NULL THEN nextval((SELECT oid FROM sequence)) END AS session_id
    FROM judged
),
made AS (
    INSERT INTO command_outcomes (
        command_id, outcome, session_id, code, violations, group_id, group_id_invalid, study_activity_id,
        study_activity_id_invalid, group_name, activity_name, topic, partition, "offset", timestamp_ms, decided_at)
    SELECT command_id, CASE WHEN violations IS NULL THEN 'created' ELSE 'rejected' END, session_id,
           split_part(split_part(violations, ',', 1), ':', 2), violations, group_id, group_id_invalid,
           study_activity_id, study_activity_id_invalid, group_name, activity_name, topic, partition, "offset",
           timestamp_ms, now()
    FROM numbered
    ORDER BY command_id
    ON CONFLICT (command_id) DO NOTHING
    RETURNING command_id, session_id, violations, group_id, study_activity_id, group_name, activity_name, decided_at
),
sessions AS (
    INSERT INTO study_sessions (id, group_id, study_activity_id, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT session_id, group_id, study_activity_id, decided_at FROM made WHERE session_id IS NOT NULL
)
SELECT command_id, session_id, violations, group_name, activity_name, decided_at FROM made;
