-- What would make a scan wrong: the tables of which row security hides rows from the present role. And how many digits
-- of a second the times of study_sessions have (-1: all).
WITH hidden AS (
    SELECT name
    FROM (VALUES ('study_sessions'), ('command_outcomes')) AS scanned (name)
    WHERE
#include "hides_rows.sql"
)
SELECT (SELECT string_agg(name, ', ') FROM hidden) AS hidden,
       (SELECT atttypmod FROM pg_attribute
        WHERE attrelid = 'study_sessions'::regclass AND attname = 'created_at' AND NOT attisdropped) AS digits;
