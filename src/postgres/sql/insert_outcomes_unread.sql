-- As insert_outcomes.sql, where row security is in force on study_sessions: RETURNING would ask for a policy that lets the
-- role read what it inserts, so what a trigger skips or changes goes unnoticed.
--
#include "decide.sql"
inserted AS (
    INSERT INTO study_sessions (id, group_id, study_activity_id, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, group_id, study_activity_id, created_at FROM wanted
)
SELECT command_id, session_id, violations, group_name, activity_name, decided_at FROM made;
