-- The properties of a new session. $1: the schema. Sets nothing: the settings belong to each transaction
-- (local_settings.sql).
--
-- Returns whether the server accepts no writes, statement_timeout in milliseconds (0: none), whether a commit waits for a
-- standby (only shown to people), which backend this is, and the values that local_settings.sql sets. A timeout that
-- somebody chose, for the role or the database, stays what it is; so does compilation, which does not pay for statements
-- that run in milliseconds.
WITH setting (name, value) AS (VALUES
    ('statement_timeout', '30s'),
    ('lock_timeout', '10s'),
    ('idle_in_transaction_session_timeout', '10s'),
    ('jit', 'off')
),
chosen AS (
    SELECT name,
           CASE WHEN present.source = 'default' THEN setting.value ELSE pg_catalog.current_setting(name) END AS value
    FROM setting
    JOIN pg_catalog.pg_settings AS present USING (name)
)
SELECT pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only')::boolean AS read_only,
       (SELECT CASE WHEN source = 'default' THEN '30000' ELSE setting END
        FROM pg_catalog.pg_settings WHERE name = 'statement_timeout') AS statement_ms,
       pg_catalog.current_setting('synchronous_standby_names') <> ''
           AND pg_catalog.current_setting('synchronous_commit') NOT IN ('off', 'local') AS waits_for_standby,
       pg_catalog.pg_backend_pid() AS backend_pid,
       pg_catalog.quote_ident($1) || ', pg_temp' AS search_path,
       (SELECT value FROM chosen WHERE name = 'statement_timeout') AS statement_timeout,
       (SELECT value FROM chosen WHERE name = 'lock_timeout') AS lock_timeout,
       (SELECT value FROM chosen WHERE name = 'idle_in_transaction_session_timeout') AS idle_timeout,
       (SELECT value FROM chosen WHERE name = 'jit') AS jit;
