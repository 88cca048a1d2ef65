-- What is stored under ids, only for looking: nothing is published for it. $1: command ids; $2: the backend of the
-- session; in another one nothing is read.
--
-- Unlike read_outcomes.sql it writes nothing to the log, so an outcome must not be published on its word.
WITH
#include "row_security.sql"
allowed AS MATERIALIZED (
    SELECT pg_backend_pid() AS yes
    WHERE pg_backend_pid() = $2::integer
        AND (SELECT count(('sessiond/row-security/' || name)::integer) FROM hidden WHERE name = 'command_outcomes') = 0
)
#include "outcomes_by_id.sql"
