-- Strips one window of the ledger: of the next 10,000 ids the outcomes that were decided long enough ago.
--
-- $1 the id at which the window begins        $2 how long ago, in milliseconds
-- $3 the backend of the session; in another one nothing is done
-- Returns how many ids it looked at, how many it stripped, and where the next window begins (null: this was the last).
--
-- It walks the primary key, so that each row is looked at once however many windows there are, and locks in the order
-- of the ids as all statements do. A row that another transaction has locked is left for the next time.
WITH walked AS MATERIALIZED (
    SELECT count(*) AS ids, (array_agg(command_id))[10001] AS next
    FROM (
        SELECT command_id FROM command_outcomes WHERE command_id >= ($1::uuid[])[1] ORDER BY command_id LIMIT 10001
    ) AS ids
),
old AS MATERIALIZED (
    SELECT known.command_id
    FROM walked
    JOIN command_outcomes AS known
        ON known.command_id >= ($1::uuid[])[1]
        AND known.command_id <= coalesce(walked.next, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    WHERE pg_backend_pid() = $3::integer
        AND known.command_id IS DISTINCT FROM walked.next
        AND known.outcome IS NOT NULL
        AND known.decided_at < now() - ($2::bigint[])[1] * interval '1 millisecond'
    ORDER BY known.command_id
    FOR UPDATE OF known SKIP LOCKED
),
stripped AS (
    UPDATE command_outcomes AS known
    SET outcome = NULL, session_id = NULL, code = NULL, violations = NULL, group_id = NULL, group_id_invalid = NULL,
        study_activity_id = NULL, study_activity_id_invalid = NULL, group_name = NULL, activity_name = NULL,
        topic = NULL, partition = NULL, "offset" = NULL, timestamp_ms = NULL, hints = NULL, decided_at = NULL
    FROM old
    WHERE known.command_id = old.command_id
    RETURNING known.command_id
)
SELECT least(walked.ids, 10000) AS examined, (SELECT count(*) FROM stripped) AS pruned, walked.next
FROM walked;
