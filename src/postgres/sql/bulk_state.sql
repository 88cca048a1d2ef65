-- The bulk way: what the tables are like, and the moment of decision. $1 whether what stands in the way is an error, $2
-- whether the parents' checks count as such; $3 the backend of the session: elsewhere no row.
--
-- Asked twice in the transaction. After the parents and the ledger were read: now() would be the moment of BEGIN, perhaps
-- long before the locks were had. And after the rows were inserted: by then nobody can add a trigger, a rule, a key or
-- row security to the tables any more, because each takes a lock that conflicts with ours.
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
