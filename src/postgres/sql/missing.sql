-- What the tables in search_path lack, one row each, in the order of the tables; none when `sessiond run` can work.
-- `problem` is one of: table, column, type, key, sequence, privilege; `text` says it for people.
WITH needed (position, table_name, column_name, family, privileges) AS (VALUES
    ( 1, 'groups',           'id',                        'integer',     'SELECT'),
    ( 2, 'groups',           'name',                      'string',      'SELECT'),
    ( 3, 'study_activities', 'id',                        'integer',     'SELECT'),
    ( 4, 'study_activities', 'name',                      'string',      'SELECT'),
    ( 5, 'study_sessions',   'id',                        'integer',     'INSERT'),
    ( 6, 'study_sessions',   'group_id',                  'integer',     'INSERT'),
    ( 7, 'study_sessions',   'study_activity_id',         'integer',     'INSERT'),
    ( 8, 'study_sessions',   'created_at',                'timestamptz', 'INSERT'),
    ( 9, 'command_outcomes', 'command_id',                'uuid',        'SELECT,INSERT'),
    (10, 'command_outcomes', 'outcome',                   'text',        'SELECT,INSERT'),
    (11, 'command_outcomes', 'session_id',                'bigint',      'SELECT,INSERT'),
    (12, 'command_outcomes', 'code',                      'text',        'SELECT,INSERT'),
    (13, 'command_outcomes', 'violations',                'text',        'SELECT,INSERT'),
    (14, 'command_outcomes', 'group_id',                  'bigint',      'SELECT,INSERT'),
    (15, 'command_outcomes', 'group_id_invalid',          'boolean',     'SELECT,INSERT'),
    (16, 'command_outcomes', 'study_activity_id',         'bigint',      'SELECT,INSERT'),
    (17, 'command_outcomes', 'study_activity_id_invalid', 'boolean',     'SELECT,INSERT'),
    (18, 'command_outcomes', 'group_name',                'text',        'SELECT,INSERT'),
    (19, 'command_outcomes', 'activity_name',             'text',        'SELECT,INSERT'),
    (20, 'command_outcomes', 'topic',                     'text',        'SELECT,INSERT'),
    (21, 'command_outcomes', 'partition',                 'integer32',   'SELECT,INSERT'),
    (22, 'command_outcomes', 'offset',                    'bigint',      'SELECT,INSERT'),
    (23, 'command_outcomes', 'timestamp_ms',              'bigint',      'SELECT,INSERT'),
    (24, 'command_outcomes', 'decided_at',                'timestamptz', 'SELECT,INSERT')
),
family (name, type) AS (VALUES
    ('integer', 'smallint'::regtype), ('integer', 'integer'), ('integer', 'bigint'), ('integer32', 'integer'),
    ('string', 'text'), ('string', 'character varying'), ('text', 'text'), ('bigint', 'bigint'), ('uuid', 'uuid'),
    ('boolean', 'boolean'), ('timestamptz', 'timestamp with time zone')
),
found AS (
    SELECT needed.*, to_regclass(quote_ident(table_name)) AS relation, attribute.attnum, attribute.atttypid AS type
    FROM needed
    LEFT JOIN pg_attribute AS attribute ON attribute.attrelid = to_regclass(quote_ident(table_name))
        AND attribute.attname = column_name AND attribute.attnum > 0 AND NOT attribute.attisdropped
),
sequence AS (
    SELECT found.*, CASE WHEN attnum IS NOT NULL THEN pg_get_serial_sequence(table_name, column_name) END AS name
    FROM found
    WHERE table_name = 'study_sessions' AND column_name = 'id'
),
locked (schema_name) AS (
    SELECT nspname FROM pg_namespace
    WHERE current_setting('search_path') = quote_ident(nspname) || ', pg_temp' AND NOT has_schema_privilege(oid, 'USAGE')
),
problems (position, table_name, column_name, problem, text) AS (
    SELECT min(position), table_name, NULL, 'table', 'does not exist'
    FROM found WHERE relation IS NULL AND NOT EXISTS (SELECT FROM locked) GROUP BY table_name
    UNION ALL
    SELECT min(position), table_name, NULL, 'privilege', format('role %I lacks USAGE on schema %I', current_user, schema_name)
    FROM found CROSS JOIN locked GROUP BY table_name, schema_name
    UNION ALL
    SELECT position, table_name, column_name, 'column', 'is missing'
    FROM found WHERE relation IS NOT NULL AND attnum IS NULL
    UNION ALL
    SELECT position, table_name, column_name, 'type',
           format('is of type %s; needed: %s', format_type(type, NULL),
                  (SELECT string_agg(family.type::text, ' or ') FROM family WHERE family.name = found.family))
    FROM found
    WHERE attnum IS NOT NULL
        AND NOT EXISTS (SELECT FROM family WHERE family.name = found.family AND family.type = found.type)
    UNION ALL
    SELECT position, table_name, column_name, 'key', 'has no unique key of its own, which one decision per command rests on'
    FROM found
    WHERE table_name = 'command_outcomes' AND column_name = 'command_id' AND attnum IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM pg_index
            WHERE indrelid = relation AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL
                AND indnkeyatts = 1 AND indkey[0] = attnum
        )
    UNION ALL
    SELECT position, table_name, column_name, 'privilege', format('role %I lacks %s', current_user, privilege)
    FROM found CROSS JOIN LATERAL unnest(string_to_array(privileges, ',')) AS privilege
    WHERE attnum IS NOT NULL AND NOT has_column_privilege(relation, attnum, privilege)
    UNION ALL
    SELECT position, table_name, column_name, 'sequence', 'has no sequence of its own (ALTER SEQUENCE ... OWNED BY)'
    FROM sequence WHERE attnum IS NOT NULL AND name IS NULL
    UNION ALL
    SELECT position, table_name, column_name, 'privilege', format('role %I lacks USAGE on its sequence', current_user)
    FROM sequence WHERE NOT has_sequence_privilege(name, 'USAGE')
)
SELECT table_name, column_name, problem, text,
       json_build_object('table', table_name, 'column', column_name, 'problem', problem, 'text', text)::text AS json
FROM problems
ORDER BY position, problem;
