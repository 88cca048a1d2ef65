-- Decides the commands whose ids are new and returns what it decided; one statement, one transaction.
--
-- The sessions that were inserted are compared with those that were wanted: a BEFORE trigger, or an INSTEAD OF trigger
-- of a view, may have skipped or changed one. The numbers, the ids and the time of all of them are enough to see that.
--
#include "decide.sql"
inserted AS (
    INSERT INTO study_sessions (id, group_id, study_activity_id, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, group_id, study_activity_id, created_at FROM wanted
    RETURNING id, group_id, study_activity_id, created_at
),
unchanged AS (
    SELECT ('sessiond/changed/' || (after.count - before.count))::integer AS raised
    FROM (
        SELECT count(*), count(created_at) AS times, min(created_at), max(created_at),
               sum(hashint8(hashint8(hashint8(id) # group_id) # study_activity_id)) AS hash
        FROM wanted
    ) AS before
    CROSS JOIN (
        SELECT count(*), count(created_at) AS times, min(created_at), max(created_at),
               sum(hashint8(hashint8(hashint8(id) # group_id) # study_activity_id)) AS hash
        FROM inserted
    ) AS after
    WHERE before IS DISTINCT FROM after
)
SELECT command_id, session_id, violations, group_name, activity_name, decided_at
FROM made
WHERE CASE
        WHEN row_security_active('study_sessions')
        THEN ('sessiond/unread/study_sessions/' || pg_backend_pid())::integer
    END IS NULL
    AND (SELECT count(raised) FROM unchanged) = 0;
