-- What is stored under ids, only to look at it: nothing is published for it. $1: command ids; $2: the backend of the session, elsewhere
-- nothing is read.
--
-- As read_outcomes.sql, but it writes nothing to the log: whoever acts on an outcome reads it there.
WITH
#include "row_security.sql"
allowed AS MATERIALIZED (
    SELECT pg_backend_pid() AS yes
    WHERE pg_backend_pid() = $2::integer
        AND (SELECT count(('sessiond/row-security/' || name)::integer) FROM hidden WHERE name = 'command_outcomes') = 0
)
#include "outcomes_by_id.sql"
