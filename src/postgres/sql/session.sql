-- The settings of every session. $1: the schema. Answers whether the server takes writes.
--
-- Ours, whatever the role's or the server's defaults are:
--   search_path           one schema; temporary tables come last, so that none can stand in for a table
--   plan_cache_mode, enable_*
--                         each row of a batch is looked up by key, whatever the statistics say: one plan, that takes as
--                         long at ten rows as at ten million
--   client_min_messages   a cancelled wait for the synchronous standby is told by a warning
-- Ours unless somebody chose otherwise: timeouts, and no compilation for statements that run in milliseconds.
WITH setting (name, value, firm) AS (VALUES
    ('search_path',                         quote_ident($1) || ', pg_temp', true),
    ('default_transaction_isolation',       'read committed',  true),
    ('client_min_messages',                 'warning',         true),
    ('plan_cache_mode',                     'force_generic_plan', true),
    ('enable_seqscan',                      'off',             true),
    ('enable_hashjoin',                     'off',             true),
    ('enable_mergejoin',                    'off',             true),
    ('statement_timeout',                   '30s',             false),
    ('lock_timeout',                        '10s',             false),
    ('idle_in_transaction_session_timeout', '60s',             false),
    ('jit',                                 'off',             false)
)
SELECT count(set_config(setting.name, setting.value, false)),
       pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS read_only
FROM setting
LEFT JOIN pg_settings AS present ON present.name = setting.name
WHERE setting.firm OR present.source = 'default';
