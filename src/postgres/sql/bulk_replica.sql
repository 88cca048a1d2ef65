-- In bulk with checks once a batch: until the end of the transaction no trigger fires and no rule applies. $1: the
-- backend of the session; in another one nothing is done.
SELECT pg_catalog.set_config('session_replication_role', 'replica', true) WHERE pg_catalog.pg_backend_pid() = $1::integer;
