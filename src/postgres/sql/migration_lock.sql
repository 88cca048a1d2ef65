-- The lock that migrations of one database take turns on; an arbitrary number that nobody else uses: "sessiond".
SELECT pg_advisory_xact_lock(x'73657373696f6e64'::bigint)
