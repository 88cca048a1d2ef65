-- In bulk: inserts the outcomes of rejected commands, in the order of their ids. Arrays: $1 command ids, $2 codes, $3
-- violations, $4, $5 group_id and whether it is invalid, $6, $7 study_activity_id and whether it is invalid, $8 and $9
-- the names of those parents that exist, $10 to $12 partition, offset, timestamp_ms, $13 hints. One value for all: $14
-- topic, $15 the moment of decision; $16 the backend of the session: in another one nothing is done. Like
-- bulk_created.sql it has no ON CONFLICT.
INSERT INTO command_outcomes (
    command_id, outcome, code, violations, group_id, group_id_invalid, study_activity_id, study_activity_id_invalid,
    group_name, activity_name, topic, partition, "offset", timestamp_ms, hints, decided_at)
SELECT unnest($1::uuid[]), 'rejected', unnest($2::text[]), unnest($3::text[]), unnest($4::bigint[]),
       unnest($5::boolean[]), unnest($6::bigint[]), unnest($7::boolean[]), unnest($8::text[]), unnest($9::text[]),
       $14::text, unnest($10::integer[]), unnest($11::bigint[]), unnest($12::bigint[]), unnest($13::text[]),
       $15::timestamptz
WHERE pg_backend_pid() = $16::integer;
