-- In bulk: inserts the outcomes of commands for which a session is made, in the order of their ids. Arrays: $1 command
-- ids, $2 session ids, $3 groups, $4 activities, $5 and $6 their names, $7 to $9 partition, offset, timestamp_ms. One
-- value for all: $10 topic, $11 the moment of decision; $12 the backend of the session: in another one nothing is done.
--
-- There is no ON CONFLICT: an id that another transaction has decided makes this one fail, and insert_outcomes.sql
-- takes the batch. The arrays are unnested in the select list, which makes one row at a time; in FROM all rows would be
-- stored first, which takes half as long again.
INSERT INTO command_outcomes (
    command_id, outcome, session_id, group_id, group_id_invalid, study_activity_id, study_activity_id_invalid,
    group_name, activity_name, topic, partition, "offset", timestamp_ms, decided_at)
SELECT unnest($1::uuid[]), 'created', unnest($2::bigint[]), unnest($3::bigint[]), false, unnest($4::bigint[]), false,
       unnest($5::text[]), unnest($6::text[]), $10::text, unnest($7::integer[]), unnest($8::bigint[]),
       unnest($9::bigint[]), $11::timestamptz
WHERE pg_backend_pid() = $12::integer;
