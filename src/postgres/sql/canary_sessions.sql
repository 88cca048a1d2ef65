-- Pairs of a group and an activity for which a session was made lately: what should be possible once more. $1: the
-- backend of the session.
--
-- It reads at most the last 100 sessions, by the primary key. The first pairs differ in both group and activity, so that
-- a rule about one of them does not refuse all that are tried.
WITH recent AS MATERIALIZED (
    SELECT group_id::bigint AS group_id, study_activity_id::bigint AS study_activity_id,
           row_number() OVER (ORDER BY id DESC) AS age
    FROM (SELECT id, group_id, study_activity_id FROM study_sessions ORDER BY id DESC LIMIT 100) AS last
),
pairs AS (
    SELECT group_id, study_activity_id, min(age) AS age
    FROM recent
    WHERE group_id IS NOT NULL AND study_activity_id IS NOT NULL
    GROUP BY group_id, study_activity_id
),
ranked AS (
    SELECT pairs.*, row_number() OVER (PARTITION BY group_id ORDER BY age) AS of_group,
           row_number() OVER (PARTITION BY study_activity_id ORDER BY age) AS of_activity
    FROM pairs
)
SELECT group_id, study_activity_id
FROM ranked
WHERE pg_backend_pid() = $1::integer
ORDER BY of_group + of_activity, age
LIMIT 12;
