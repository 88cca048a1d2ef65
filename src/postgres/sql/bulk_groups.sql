-- In bulk: which of the groups $1 exist. $2: the backend of the session; in another one there is no row.
SELECT parent.id::bigint, parent.name::text
FROM unnest($1::bigint[]) AS asked (id)
CROSS JOIN LATERAL (SELECT id, name FROM groups WHERE id = asked.id OFFSET 0) AS parent
WHERE pg_backend_pid() = $2::integer;
