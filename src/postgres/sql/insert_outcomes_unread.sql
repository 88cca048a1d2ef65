-- Decides as insert_outcomes.sql does, where row security applies to study_sessions: RETURNING would need a policy that
-- lets the role read what it inserts. So it goes unnoticed when a trigger skips or changes a session.
--
#include "decide.sql"
inserted AS (
    INSERT INTO study_sessions (id, group_id, study_activity_id, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, group_id, study_activity_id, created_at FROM wanted
)
SELECT command_id, session_id, violations, group_name, activity_name, decided_at FROM made;
