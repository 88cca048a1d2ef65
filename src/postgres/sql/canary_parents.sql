-- Pairs of a group and an activity that exist, for which perhaps no session was made yet: of the four newest and the
-- four oldest of each kind, by the primary keys. The first pairs differ in both. $1: the backend of the session.
WITH some_groups AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY id DESC) AS place
    FROM (
        (SELECT id::bigint AS id FROM groups WHERE id > 0 ORDER BY groups.id DESC LIMIT 4)
        UNION
        (SELECT id FROM groups WHERE id > 0 ORDER BY groups.id LIMIT 4)
    ) AS ends
),
some_activities AS MATERIALIZED (
    SELECT id, row_number() OVER (ORDER BY id DESC) AS place
    FROM (
        (SELECT id::bigint AS id FROM study_activities WHERE id > 0 ORDER BY study_activities.id DESC LIMIT 4)
        UNION
        (SELECT id FROM study_activities WHERE id > 0 ORDER BY study_activities.id LIMIT 4)
    ) AS ends
)
SELECT some_groups.id AS group_id, some_activities.id AS study_activity_id
FROM some_groups
CROSS JOIN some_activities
WHERE pg_backend_pid() = $1::integer
ORDER BY (some_activities.place - some_groups.place + 8) % 8, some_groups.place
LIMIT 28;
