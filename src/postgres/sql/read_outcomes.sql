-- The outcomes that were found instead of made. $1: command ids; $2: the backend of the session; in another one nothing
-- is done.
--
-- An outcome that another transaction decided may be published only when it is durable: a commit whose answer was lost,
-- a killed backend or a cancelled wait leaves rows visible that no synchronous standby has. The message makes this
-- transaction write to the log after those rows, so that its own commit waits for the standbys; a transaction that only
-- reads waits for nothing. It is evaluated once, before the first row.
WITH
#include "row_security.sql"
allowed AS MATERIALIZED (
    SELECT pg_logical_emit_message(true, 'sessiond', '') AS yes
    WHERE pg_backend_pid() = $2::integer
        AND (SELECT count(('sessiond/row-security/' || name)::integer) FROM hidden WHERE name = 'command_outcomes') = 0
)
#include "outcomes_by_id.sql"
