-- What the tables in search_path lack, one row each, in the order of the tables.
--
-- `severity` is error (`sessiond run` cannot work) or warning (it works, with a limit that the operator should know).
-- `problem` is one of: table, column, type, key, null, durability, sequence, trigger, policy, privilege; the last two
-- are about the present role. `text` describes it for people, `fix` says what to do.
--
-- It only reads, asks for no privilege beyond those of `sessiond run`, and works on PostgreSQL 13 to 18. The sequence
-- and the row that its next value would meet are read by query_to_xml, since they may not exist.
WITH RECURSIVE needed (position, table_name, column_name, family, holds_null, privileges) AS (VALUES
    ( 1, 'groups',           'id',                        'integer',     false, 'SELECT'),
    ( 2, 'groups',           'name',                      'string',      false, 'SELECT'),
    ( 3, 'study_activities', 'id',                        'integer',     false, 'SELECT'),
    ( 4, 'study_activities', 'name',                      'string',      false, 'SELECT'),
    ( 5, 'study_sessions',   'id',                        'integer',     false, 'SELECT,INSERT'),
    ( 6, 'study_sessions',   'group_id',                  'integer',     false, 'SELECT,INSERT'),
    ( 7, 'study_sessions',   'study_activity_id',         'integer',     false, 'SELECT,INSERT'),
    ( 8, 'study_sessions',   'created_at',                'timestamptz', false, 'SELECT,INSERT'),
    ( 9, 'command_outcomes', 'command_id',                'uuid',        false, 'SELECT,INSERT'),
    (10, 'command_outcomes', 'outcome',                   'text',        false, 'SELECT,INSERT'),
    (11, 'command_outcomes', 'session_id',                'bigint',      true,  'SELECT,INSERT'),
    (12, 'command_outcomes', 'code',                      'text',        true,  'SELECT,INSERT'),
    (13, 'command_outcomes', 'violations',                'text',        true,  'SELECT,INSERT'),
    (14, 'command_outcomes', 'group_id',                  'bigint',      true,  'SELECT,INSERT'),
    (15, 'command_outcomes', 'group_id_invalid',          'boolean',     false, 'SELECT,INSERT'),
    (16, 'command_outcomes', 'study_activity_id',         'bigint',      true,  'SELECT,INSERT'),
    (17, 'command_outcomes', 'study_activity_id_invalid', 'boolean',     false, 'SELECT,INSERT'),
    (18, 'command_outcomes', 'group_name',                'text',        true,  'SELECT,INSERT'),
    (19, 'command_outcomes', 'activity_name',             'text',        true,  'SELECT,INSERT'),
    (20, 'command_outcomes', 'topic',                     'text',        false, 'SELECT,INSERT'),
    (21, 'command_outcomes', 'partition',                 'integer32',   false, 'SELECT,INSERT'),
    (22, 'command_outcomes', 'offset',                    'bigint',      false, 'SELECT,INSERT'),
    (23, 'command_outcomes', 'timestamp_ms',              'bigint',      false, 'SELECT,INSERT'),
    (24, 'command_outcomes', 'hints',                     'text',        false, 'SELECT,INSERT'),
    (25, 'command_outcomes', 'decided_at',                'moment',      false, 'SELECT,INSERT')
),
-- A time must keep microseconds: without a precision, or with 6.
family (name, type) AS (VALUES
    ('integer', 'smallint'::regtype), ('integer', 'integer'), ('integer', 'bigint'), ('integer32', 'integer'),
    ('string', 'text'), ('string', 'character varying'), ('text', 'text'), ('bigint', 'bigint'), ('uuid', 'uuid'),
    ('boolean', 'boolean'), ('timestamptz', 'timestamp with time zone'), ('moment', 'timestamp with time zone')
),
found AS (
    SELECT needed.*, class.oid AS relation, class.relkind AS kind, attribute.attnum, attribute.atttypid AS type,
           attribute.atttypmod AS modifier, attribute.attnotnull AS not_null, attribute.attlen AS size
    FROM needed
    LEFT JOIN pg_class AS class ON class.oid = to_regclass(quote_ident(table_name))
    LEFT JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid
        AND attribute.attname = column_name AND attribute.attnum > 0 AND NOT attribute.attisdropped
),
relations AS (
    SELECT min(position) AS position, table_name, relation FROM found WHERE relation IS NOT NULL
    GROUP BY table_name, relation
),
locked (schema_name) AS (
    SELECT nspname FROM pg_namespace
    WHERE current_setting('search_path') = quote_ident(nspname) || ', pg_temp'
        AND NOT has_schema_privilege(oid, 'USAGE')
),

-- ---- Rows that are stored ------------------------------------------------------------------------------------------

-- The tables that rows are inserted into, with the partitions that take them.
stored AS (
    SELECT relations.*, relation AS part FROM relations WHERE table_name IN ('study_sessions', 'command_outcomes')
    UNION
    SELECT relations.*, tree.relid
    FROM relations CROSS JOIN LATERAL pg_partition_tree(relation) AS tree
    WHERE table_name IN ('study_sessions', 'command_outcomes')
),
triggers AS (
    SELECT stored.*, trigger.tgname AS name, trigger.tgtype & 1 = 1 AS of_row, trigger.tgtype & 2 = 2 AS before
    FROM stored
    JOIN pg_trigger AS trigger ON trigger.tgrelid = part
    WHERE NOT trigger.tgisinternal AND trigger.tgenabled IN ('O', 'A') AND trigger.tgtype & 4 = 4
),
-- A domain over another one refuses NULL when any of them does; its default is its own.
domain (type, base, refuses_null) AS (
    SELECT oid, typbasetype, typnotnull FROM pg_type WHERE typtype = 'd'
    UNION ALL
    SELECT domain.type, pg_type.typbasetype, pg_type.typnotnull
    FROM domain JOIN pg_type ON pg_type.oid = domain.base AND pg_type.typtype = 'd'
),
-- Columns that refuse the NULL which they would get: columns that we do not know, and columns of ours in which some
-- outcomes have NULL. A BEFORE trigger may fill them; only a row can show whether it does.
unfilled AS (
    SELECT relations.position, relations.table_name, attribute.attname::text AS column_name,
           found.attnum IS NULL AS of_others
    FROM relations
    JOIN pg_attribute AS attribute ON attribute.attrelid = relations.relation AND attribute.attnum > 0
    LEFT JOIN found ON found.relation = relations.relation AND found.attnum = attribute.attnum
    WHERE relations.table_name IN ('study_sessions', 'command_outcomes')
        AND NOT attribute.attisdropped
        AND (attribute.attnotnull OR EXISTS (SELECT FROM domain WHERE type = attribute.atttypid AND refuses_null))
        AND coalesce(found.holds_null,
                     NOT attribute.atthasdef AND attribute.attidentity = '' AND attribute.attgenerated = ''
                     AND NOT EXISTS (SELECT FROM pg_type WHERE oid = attribute.atttypid AND typdefault IS NOT NULL))
        AND NOT EXISTS (
            SELECT FROM triggers
            WHERE triggers.relation = relations.relation AND triggers.of_row AND triggers.before
        )
),

-- ---- The sequence of study_sessions.id -----------------------------------------------------------------------------

sequence AS (
    SELECT found.*, CASE WHEN attnum IS NOT NULL THEN pg_get_serial_sequence(table_name, column_name) END AS name
    FROM found
    WHERE table_name = 'study_sessions' AND column_name = 'id'
),
-- `last` is null before the first value; then only a role that may SELECT from the sequence can see where it begins.
counter AS (
    SELECT sequence.*, pg_sequence.*,
           CASE WHEN has_sequence_privilege(name, 'USAGE,SELECT')
                THEN pg_sequence_last_value(name::regclass)::numeric END AS last,
           CASE WHEN has_sequence_privilege(name, 'SELECT') THEN substring(
               query_to_xml(format('SELECT last_value FROM %s WHERE NOT is_called', name), true, true, '')::text
               FROM '>(-?[0-9]+)</last_value>')::numeric END AS first
    FROM sequence
    JOIN pg_sequence ON seqrelid = name::regclass
),
-- Null: not known, or there are no more values.
upcoming AS (
    SELECT counter.*,
           CASE WHEN last IS NULL THEN first
                WHEN last + seqincrement BETWEEN seqmin AND seqmax THEN last + seqincrement
                WHEN seqcycle AND seqincrement > 0 THEN seqmin
                WHEN seqcycle THEN seqmax END AS next,
           CASE size WHEN 2 THEN 32767 WHEN 4 THEN 2147483647 ELSE 9223372036854775807 END AS largest
    FROM counter
),

-- ---- Row security --------------------------------------------------------------------------------------------------

-- Which role reads which table: we read the tables; what a view shows is read by its owner, or by us if it is a view of
-- the invoker.
reader (position, table_name, relation, role) AS (
    SELECT relations.position, relations.table_name, relations.relation, pg_roles.oid
    FROM relations JOIN pg_roles ON rolname = current_user
    UNION
    SELECT reader.position, reader.table_name, depend.refobjid,
           CASE WHEN EXISTS (SELECT FROM pg_options_to_table(view.reloptions)
                             WHERE option_name = 'security_invoker' AND option_value::boolean)
                THEN (SELECT oid FROM pg_roles WHERE rolname = current_user)
                ELSE view.relowner END
    FROM reader
    JOIN pg_class AS view ON view.oid = reader.relation AND view.relkind = 'v'
    JOIN pg_rewrite AS rule ON rule.ev_class = view.oid AND rule.ev_type = '1'
    JOIN pg_depend AS depend ON depend.classid = 'pg_rewrite'::regclass AND depend.objid = rule.oid
        AND depend.refclassid = 'pg_class'::regclass AND depend.refobjid <> view.oid
),
-- Decided as check_enable_rls of the server does it, for any role.
guarded AS (
    SELECT reader.*, role.rolname,
           CASE WHEN reader.relation = to_regclass(quote_ident(table_name)) THEN 'has row security'
                ELSE format('shows %s, which has row security', reader.relation::regclass) END AS what
    FROM reader
    JOIN pg_class AS class ON class.oid = reader.relation AND class.relrowsecurity
    JOIN pg_roles AS role ON role.oid = reader.role
    WHERE NOT role.rolsuper AND NOT role.rolbypassrls
        AND (class.relforcerowsecurity OR NOT pg_has_role(reader.role, class.relowner, 'USAGE'))
),
policy AS (
    SELECT guarded.relation, guarded.role, polcmd AS command, polpermissive AS permissive,
           pg_get_expr(polqual, polrelid) AS shown, pg_get_expr(coalesce(polwithcheck, polqual), polrelid) AS taken
    FROM guarded
    JOIN pg_policy ON polrelid = relation
    WHERE EXISTS (
        SELECT FROM unnest(polroles) AS named (role)
        WHERE CASE WHEN named.role = 0 THEN true ELSE pg_has_role(guarded.role, named.role, 'USAGE') END
    )
),
-- `reads`: every row is visible. `writes`: every row is accepted; `may_write`: some may be.
passes AS (
    SELECT guarded.*,
           coalesce(bool_or(permissive AND shown = 'true') FILTER (WHERE command IN ('r', '*')), false)
               AND NOT coalesce(bool_or(NOT permissive) FILTER (WHERE command IN ('r', '*')), false)
               AS reads,
           coalesce(bool_or(permissive AND taken = 'true') FILTER (WHERE command IN ('a', '*')), false)
               AND NOT coalesce(bool_or(NOT permissive AND taken <> 'true') FILTER (WHERE command IN ('a', '*')), false)
               AS writes,
           coalesce(bool_or(permissive AND taken IS NOT NULL) FILTER (WHERE command IN ('a', '*')), false) AS may_write
    FROM guarded
    LEFT JOIN policy USING (relation, role)
    GROUP BY position, table_name, guarded.relation, guarded.role, rolname, what
),

-- ---- What is wrong -------------------------------------------------------------------------------------------------

problems (position, table_name, column_name, severity, problem, text, fix) AS (
    SELECT min(position), table_name, NULL, 'error', 'table', 'does not exist', 'sessiond migrate up'
    FROM found WHERE relation IS NULL AND NOT EXISTS (SELECT FROM locked) GROUP BY table_name
    UNION ALL
    SELECT min(position), table_name, NULL, 'error', 'privilege',
           format('role %I lacks USAGE on schema %I', current_user, schema_name), NULL
    FROM found CROSS JOIN locked GROUP BY table_name, schema_name
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'column', 'is missing',
           CASE WHEN (table_name, column_name) = ('command_outcomes', 'hints') THEN 'sessiond migrate up' END
    FROM found WHERE relation IS NOT NULL AND attnum IS NULL
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'type',
           format('is of type %s; needed: %s', format_type(type, modifier),
                  (SELECT string_agg(family.type::text, ' or ') FROM family WHERE family.name = found.family)), NULL
    FROM found
    WHERE attnum IS NOT NULL
        AND NOT EXISTS (SELECT FROM family WHERE family.name = found.family AND family.type = found.type
                                             AND (family.name <> 'moment' OR modifier = -1 OR modifier >= 6))
    UNION ALL
    SELECT session.position, session.table_name, session.column_name, 'warning', 'type',
           format('is of type %s, narrower than %s.id: larger ids find no place', format_type(session.type, NULL),
                  parent.table_name),
           format('ALTER TABLE study_sessions ALTER COLUMN %I TYPE bigint', session.column_name)
    FROM found AS session
    JOIN found AS parent ON parent.column_name = 'id' AND parent.size > session.size
    WHERE session.table_name = 'study_sessions'
        AND (parent.table_name, session.column_name)
            IN (('groups', 'group_id'), ('study_activities', 'study_activity_id'))
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'key',
           'has no unique key of its own, which one decision per command rests on', NULL
    FROM found
    WHERE table_name = 'command_outcomes' AND column_name = 'command_id' AND attnum IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM pg_index
            WHERE indrelid = relation AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL
                AND indnkeyatts = 1 AND indkey[0] = attnum
        )
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'null',
           CASE WHEN of_others THEN 'is NOT NULL and nothing fills it'
                ELSE 'is NOT NULL, and some outcomes have none' END,
           format(CASE WHEN of_others THEN 'give it a default, or ' ELSE '' END
                  || 'ALTER TABLE %I ALTER COLUMN %I DROP NOT NULL', table_name, column_name)
    FROM unfilled
    UNION ALL
    SELECT position, table_name, column_name, 'warning', 'null',
           'may be NULL; a command for such a row stops sessiond run',
           format('ALTER TABLE %I ALTER COLUMN %I SET NOT NULL', table_name, column_name)
    FROM found
    WHERE table_name IN ('groups', 'study_activities') AND column_name = 'name' AND kind IN ('r', 'p') AND NOT not_null
    UNION ALL
    SELECT position, table_name, NULL, 'error', 'durability',
           CASE WHEN part <> relation THEN format('has the partition %s, which is UNLOGGED: ', part::regclass)
                ELSE 'is UNLOGGED: ' END || 'a crash of the server empties it',
           format('ALTER TABLE %s SET LOGGED', part::regclass)
    FROM stored JOIN pg_class ON oid = part
    WHERE relkind = 'r' AND relpersistence <> 'p'
    UNION ALL
    SELECT min(position), table_name, NULL, 'warning', 'trigger',
           format('has triggers after the insert (%s): if one changes or deletes the row, the event does not tell it',
                  string_agg(DISTINCT quote_ident(name), ', ')),
           'a trigger BEFORE INSERT ... FOR EACH ROW is seen'
    FROM triggers WHERE table_name = 'study_sessions' AND NOT before GROUP BY table_name
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'sequence', 'has no sequence of its own',
           format('ALTER SEQUENCE ... OWNED BY %I.%I', table_name, column_name)
    FROM sequence WHERE attnum IS NOT NULL AND name IS NULL
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'sequence', 'has an exhausted sequence',
           format('ALTER SEQUENCE %s AS bigint NO %s', name,
                  CASE WHEN seqincrement > 0 THEN 'MAXVALUE' ELSE 'MINVALUE' END)
    FROM upcoming WHERE last IS NOT NULL AND next IS NULL
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'type',
           format('is of type %s, too small for the next value of its sequence, %s', format_type(type, NULL), next),
           format('ALTER TABLE %I ALTER COLUMN %I TYPE bigint', table_name, column_name)
    FROM upcoming WHERE next > largest
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'sequence',
           format('has a misplaced sequence: its next value %s is taken', next),
           format('SELECT setval(%L, %s(id)) FROM %I', name,
                  CASE WHEN seqincrement > 0 THEN 'max' ELSE 'min' END, table_name)
    FROM upcoming
    WHERE CASE
        WHEN next IS NULL OR next > largest OR NOT has_column_privilege(relation, attnum, 'SELECT')
            OR relation IN (SELECT guarded.relation FROM guarded)
            OR NOT EXISTS (SELECT FROM pg_index
                           WHERE indrelid = relation AND indisunique AND indisvalid AND indpred IS NULL
                               AND indnkeyatts = 1 AND indkey[0] = attnum)
        THEN false
        ELSE query_to_xml(format('SELECT id FROM %s WHERE id = %s', relation::regclass, next), true, true, '')::text
             LIKE '%</id>%'
    END
    UNION ALL
    SELECT position, table_name, NULL, 'error', 'policy',
           format('%s, and row_security is off for role %I', what, current_user),
           format('ALTER ROLE %I SET row_security = on', current_user)
    FROM guarded WHERE current_setting('row_security') = 'off'
    UNION ALL
    SELECT position, table_name, NULL, 'error', 'policy', format('%s that may hide rows from role %I', what, rolname),
           format('a policy ON %s TO %I USING (true), no restrictive one; or BYPASSRLS', relation::regclass, rolname)
    FROM passes WHERE table_name <> 'study_sessions' AND NOT reads AND current_setting('row_security') = 'on'
    UNION ALL
    SELECT position, table_name, NULL, 'error', 'policy', format('%s that may refuse rows of role %I', what, rolname),
           format('a policy ON %s TO %I WITH CHECK (true), no restrictive one; or BYPASSRLS', relation::regclass,
                  rolname)
    FROM passes WHERE table_name = 'command_outcomes' AND NOT writes AND current_setting('row_security') = 'on'
    UNION ALL
    SELECT position, table_name, NULL, 'error', 'policy', format('%s and no policy lets role %I insert', what, rolname),
           format('a policy ON %s FOR INSERT TO %I; or BYPASSRLS', relation::regclass, rolname)
    FROM passes WHERE table_name = 'study_sessions' AND NOT may_write AND current_setting('row_security') = 'on'
    UNION ALL
    SELECT position, table_name, NULL, 'warning', 'policy',
           format('%s for role %I: a trigger that skips or changes a row is not seen', what, rolname),
           'BYPASSRLS for the role, if such a trigger stands there'
    FROM passes WHERE table_name = 'study_sessions' AND may_write AND current_setting('row_security') = 'on'
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'privilege',
           format('role %I lacks %s', current_user, privilege), NULL
    FROM found CROSS JOIN LATERAL unnest(string_to_array(privileges, ',')) AS privilege
    WHERE attnum IS NOT NULL AND NOT has_column_privilege(relation, attnum, privilege)
    UNION ALL
    SELECT position, table_name, column_name, 'error', 'privilege',
           format('role %I lacks USAGE on its sequence', current_user), NULL
    FROM sequence WHERE NOT has_sequence_privilege(name, 'USAGE')
    UNION ALL
    -- By name, because it has one parameter more since PostgreSQL 17. Every role may call it unless that was revoked.
    SELECT position, table_name, NULL, 'error', 'privilege',
           format('role %I lacks EXECUTE on %s, which a known outcome is read with', current_user, proname),
           format('GRANT EXECUTE ON FUNCTION pg_catalog.%s TO %I', pg_proc.oid::regprocedure, current_user)
    FROM relations
    JOIN pg_proc ON proname = 'pg_logical_emit_message' AND pronamespace = 'pg_catalog'::regnamespace
        AND proargtypes[2] = 'text'::regtype
    WHERE table_name = 'command_outcomes' AND NOT has_function_privilege(pg_proc.oid, 'EXECUTE')
),
mended AS (
    SELECT problems.position, table_name, column_name, severity, problem, text,
           coalesce(fix, CASE problem
               WHEN 'privilege' THEN 'run the grants that sessiond migrate sql prints'
               ELSE 'alter the table; sessiond migrate up leaves tables that exist as they are' END) AS fix
    FROM problems
)
SELECT table_name, column_name, severity, problem, text, fix,
       json_build_object('table', table_name, 'column', column_name, 'problem', problem, 'text', text, 'fix', fix)::text
           AS json
FROM mended
ORDER BY position, severity, problem, text;
