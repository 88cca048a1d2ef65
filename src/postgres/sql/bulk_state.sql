-- In bulk: the state of the tables, and the moment of decision. $1: an obstacle is an error; $2: so is one to checks
-- once a batch; $3: the backend of the session; in another one there is no row.
--
-- It is asked twice in the transaction. First after the parents and the ledger were read, because now() would be the
-- moment of BEGIN, perhaps long before the locks were granted. Then after the rows were inserted: by then nobody can
-- add a trigger, a rule, a key or row security to the tables any more, because each takes a lock that conflicts with
-- ours.
WITH
#include "row_security.sql"
#include "bulk_conditions.sql"
SELECT bulk, checks,
       pg_catalog.timestamptz(pg_catalog.clock_timestamp(),
                              (SELECT min(atttypmod) FROM pg_attribute
                               WHERE attrelid = 'study_sessions'::regclass AND attname = 'created_at')) AS decided_at
FROM condition
WHERE pg_backend_pid() = $3::integer
    AND CASE WHEN $1::boolean AND (bulk IS NOT NULL OR ($2::boolean AND checks IS NOT NULL))
             THEN ('sessiond/bulk/' || pg_backend_pid())::integer END IS NULL;
