-- All sessions in the order of their ids.
DECLARE sessions BINARY NO SCROLL CURSOR FOR
SELECT id::bigint, group_id::bigint, study_activity_id::bigint, created_at::timestamptz
FROM study_sessions
ORDER BY id;
