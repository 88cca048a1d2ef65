-- A part of the statements that read: the tables of which row security hides rows from the present role. Rows that are
-- hidden look as if they did not exist, and the answer would be final: "no such group", or a second decision.
hidden AS MATERIALIZED (
    SELECT name
    FROM (VALUES ('groups'), ('study_activities'), ('command_outcomes')) AS read_by_us (name)
    WHERE
#include "hides_rows.sql"
),
