-- The settings of one transaction, gone when it ends: behind a pooler others use the connection too.
--
-- $1 the backend of the session, $2 to $6 what session.sql answered from search_path on.
-- Returns whether this is still that backend. Every statement that decides checks that and does nothing in another one.
--
-- Ours, whatever the role's or the server's defaults are:
--   search_path           one schema; temporary tables come last, so that none can stand in for a table
--   plan_cache_mode, enable_*
--                         each row of a batch is looked up by key, whatever the statistics say: one plan, that takes as
--                         long at ten rows as at ten million
--   client_min_messages   a cancelled wait for the synchronous standby is told by a warning
SELECT pg_catalog.pg_backend_pid() = $1::integer AS ours,
       pg_catalog.set_config('search_path', $2, true),
       pg_catalog.set_config('statement_timeout', $3, true),
       pg_catalog.set_config('lock_timeout', $4, true),
       pg_catalog.set_config('idle_in_transaction_session_timeout', $5, true),
       pg_catalog.set_config('jit', $6, true),
       pg_catalog.set_config('client_min_messages', 'warning', true),
       pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true),
       pg_catalog.set_config('enable_seqscan', 'off', true),
       pg_catalog.set_config('enable_hashjoin', 'off', true),
       pg_catalog.set_config('enable_mergejoin', 'off', true),
       pg_catalog.set_config('enable_material', 'off', true);
