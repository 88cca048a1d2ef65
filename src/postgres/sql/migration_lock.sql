-- The lock that makes migrations of one database take turns: an arbitrary number that nobody else uses, "sessiond".
SELECT pg_advisory_xact_lock(x'73657373696f6e64'::bigint)
