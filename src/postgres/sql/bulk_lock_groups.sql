-- In bulk with checks once a batch: which of the groups $1 exist. They are locked so that until the end of the
-- transaction nobody deletes one or changes its id. $2: the backend of the session; in another one there is no row.
--
-- In the order of the ids, so that two workers wait for each other but never in a circle.
SELECT id::bigint, name::text
FROM ONLY groups
WHERE id = ANY ($1::bigint[]) AND pg_backend_pid() = $2::integer
ORDER BY id
FOR KEY SHARE;
