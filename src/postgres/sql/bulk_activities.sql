-- The bulk way: those of the study activities $1 that exist. $2 the backend of the session: elsewhere none.
SELECT parent.id::bigint, parent.name::text
FROM unnest($1::bigint[]) AS asked (id)
CROSS JOIN LATERAL (SELECT id, name FROM study_activities WHERE id = asked.id OFFSET 0) AS parent
WHERE pg_backend_pid() = $2::integer;
