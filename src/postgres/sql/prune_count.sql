-- What prune.sql would strip, with the same parameters and the same result; it only reads and takes no lock.
WITH walked AS MATERIALIZED (
    SELECT count(*) AS ids, (array_agg(command_id))[10001] AS next
    FROM (
        SELECT command_id
        FROM command_outcomes
        WHERE command_id >= ($1::uuid[])[1] AND pg_backend_pid() = $3::integer
        ORDER BY command_id
        LIMIT 10001
    ) AS ids
)
SELECT least(walked.ids, 10000) AS examined,
       (
           SELECT count(*)
           FROM command_outcomes AS known
           WHERE known.command_id >= ($1::uuid[])[1]
               AND known.command_id <= coalesce(walked.next, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
               AND known.command_id IS DISTINCT FROM walked.next
               AND known.outcome IS NOT NULL
               AND known.decided_at < now() - ($2::bigint[])[1] * interval '1 millisecond'
       ) AS pruned,
       walked.next
FROM walked;
