-- $1 command ids, each once, in their order        $2 violations found before, null: the parents decide
-- $3, $4 group_id and whether it is invalid        $5, $6 study_activity_id and whether it is invalid
-- $7 to $10 topic, partition, offset, timestamp_ms  $11 hints of the violations
-- $12 the backend of the session; in another one nothing is done
--
-- Everything is done in the order of the ids: two workers that share ids wait for each other but never in a circle. A
-- sequence value is taken for a new session only, so a replay uses none. An id that another transaction decides
-- meanwhile gets no answer here (ON CONFLICT DO NOTHING), and this statement's snapshot cannot see that row: it is read
-- by read_outcomes.sql, with a snapshot of its own.
--
-- Each look-up is a subquery with OFFSET 0, so that each row is looked up by key: from a join the planner makes one
-- scan of the whole table where the statistics say that the table is empty.
--
-- A guard stops the statement by casting a text that begins with sessiond/ to a number: postgres/guard.h. Each of these
-- is joined to something that the planner does not know, because a constant would be cast when the statement is
-- planned.
WITH
#include "row_security.sql"
asked AS MATERIALIZED (
    SELECT *
    FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::boolean[], $5::bigint[], $6::boolean[],
                $7::text[], $8::integer[], $9::bigint[], $10::bigint[], $11::text[])
        AS command (command_id, violations, group_id, group_id_invalid, study_activity_id, study_activity_id_invalid,
                    topic, partition, "offset", timestamp_ms, hints)
    WHERE pg_backend_pid() = $12::integer
        AND (SELECT count(('sessiond/row-security/' || name)::integer) FROM hidden) = 0
),
judged AS MATERIALIZED (
    SELECT asked.command_id,
           coalesce(asked.violations, nullif(concat_ws(',',
               CASE WHEN parent.id IS NULL THEN 'group_id:GROUP_NOT_FOUND' END,
               CASE WHEN activity.id IS NULL THEN 'study_activity_id:STUDY_ACTIVITY_NOT_FOUND' END), '')) AS violations,
           asked.group_id, asked.group_id_invalid, asked.study_activity_id, asked.study_activity_id_invalid,
           parent.name AS group_name, activity.name AS activity_name,
           asked.topic, asked.partition, asked."offset", asked.timestamp_ms, asked.hints
    FROM asked
    LEFT JOIN LATERAL (
        SELECT id, coalesce(name::text, ('sessiond/name/groups/' || id)::integer::text) AS name
        FROM groups
        WHERE asked.violations IS NULL AND id = asked.group_id
        OFFSET 0
    ) AS parent ON true
    LEFT JOIN LATERAL (
        SELECT id, coalesce(name::text, ('sessiond/name/study_activities/' || id)::integer::text) AS name
        FROM study_activities
        WHERE asked.violations IS NULL AND id = asked.study_activity_id
        OFFSET 0
    ) AS activity ON true
    WHERE NOT EXISTS (SELECT FROM command_outcomes AS known WHERE known.command_id = asked.command_id OFFSET 0)
    ORDER BY asked.command_id
),
-- What the columns of study_sessions can hold: tables that existed before may have narrower ones.
room AS MATERIALIZED (
    SELECT min(largest) FILTER (WHERE attname = 'id') AS id,
           min(largest) FILTER (WHERE attname = 'group_id') AS group_id,
           min(largest) FILTER (WHERE attname = 'study_activity_id') AS study_activity_id,
           min(atttypmod) FILTER (WHERE attname = 'created_at') AS created_at_precision
    FROM (
        SELECT attname, atttypmod,
               CASE atttypid
                   WHEN 'smallint'::regtype THEN 32767
                   WHEN 'integer'::regtype THEN 2147483647
                   ELSE 9223372036854775807
               END AS largest
        FROM pg_attribute
        WHERE attrelid = 'study_sessions'::regclass
            AND attname IN ('id', 'group_id', 'study_activity_id', 'created_at')
    ) AS used
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
        study_activity_id_invalid, group_name, activity_name, topic, partition, "offset", timestamp_ms, hints, decided_at)
    SELECT command_id, CASE WHEN violations IS NULL THEN 'created' ELSE 'rejected' END, session_id,
           split_part(split_part(violations, ',', 1), ':', 2), violations, group_id, group_id_invalid,
           study_activity_id, study_activity_id_invalid, group_name, activity_name, topic, partition, "offset",
           timestamp_ms, hints, pg_catalog.timestamptz(now(), (SELECT created_at_precision FROM room))
    FROM numbered
    ORDER BY command_id
    ON CONFLICT (command_id) DO NOTHING
    RETURNING command_id, session_id, violations, group_id, study_activity_id, group_name, activity_name, decided_at
),
wanted AS (
    SELECT CASE WHEN session_id <= (SELECT id FROM room) THEN session_id
                ELSE ('sessiond/room/id/' || session_id)::integer END AS id,
           CASE WHEN group_id <= (SELECT group_id FROM room) THEN group_id
                ELSE ('sessiond/room/group_id/' || group_id)::integer END AS group_id,
           CASE WHEN study_activity_id <= (SELECT study_activity_id FROM room) THEN study_activity_id
                ELSE ('sessiond/room/study_activity_id/' || study_activity_id)::integer END AS study_activity_id,
           decided_at AS created_at
    FROM made
    WHERE session_id IS NOT NULL
),
