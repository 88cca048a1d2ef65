-- In bulk: inserts the sessions, in the order of their ids. Arrays: $1 ids, $2 groups, $3 activities. $4 the moment of
-- decision for all; $5 the backend of the session: in another one nothing is done.
--
-- The inserted rows are compared with those that were sent. The server does that, so that the answer is short: a client
-- that is stopped while it reads then holds no lock longer than the server lets an idle transaction live.
WITH inserted AS (
    INSERT INTO study_sessions (id, group_id, study_activity_id, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), $4::timestamptz
    WHERE pg_backend_pid() = $5::integer
    RETURNING id, group_id, study_activity_id, created_at
)
SELECT count(*) AS count
FROM inserted
HAVING CASE
        WHEN pg_backend_pid() = $5::integer
            AND (array_agg(id::bigint) IS DISTINCT FROM $1::bigint[]
                OR array_agg(group_id::bigint) IS DISTINCT FROM $2::bigint[]
                OR array_agg(study_activity_id::bigint) IS DISTINCT FROM $3::bigint[]
                OR bool_and(created_at IS NOT DISTINCT FROM $4::timestamptz) IS NOT TRUE)
        THEN ('sessiond/changed/' || count(*))::integer
    END IS NULL;
