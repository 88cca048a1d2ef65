-- A part of bulk_state.sql: whether the tables allow a batch to be decided outside the server (`bulk`), and the parents
-- to be checked once a batch (`checks`). Null: they do; else the reason, for people.
--
-- `bulk`: insert_outcomes.sql has guards that the bulk way lacks. Rows of the ledger are not compared after they were
-- inserted, so nothing may change them there. Sessions are compared, so the role must be able to read them.
-- `checks`: session_replication_role = replica switches off every trigger and rule, and so foreign keys and deferrable
-- keys. Hence the only triggers that an insert would run must be those of the two foreign keys that the locks on the
-- parents replace.
relation AS MATERIALIZED (
    SELECT pg_class.oid, name, relkind AS kind, name IN ('study_sessions', 'command_outcomes') AS stored,
           EXISTS (SELECT FROM pg_rewrite WHERE ev_class = pg_class.oid) AS ruled,
           relispartition OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid OR inhparent = pg_class.oid)
               AS inherits
    FROM (VALUES ('groups'), ('study_activities'), ('study_sessions'), ('command_outcomes')) AS used (name)
    JOIN pg_class ON pg_class.oid = name::regclass
),
insert_trigger AS MATERIALIZED (
    SELECT relation.name AS table_name, tgname AS name, tgconstraint, tgisinternal AS internal, tgenabled AS enabled
    FROM relation
    JOIN pg_trigger ON tgrelid = relation.oid
    WHERE stored AND tgtype & 4 = 4
),
-- The foreign keys whose triggers these are, if they are the two that are known.
known_key AS MATERIALIZED (
    SELECT pg_constraint.oid
    FROM (VALUES ('group_id', 'groups'), ('study_activity_id', 'study_activities')) AS reference (column_name, parent)
    JOIN pg_attribute AS child ON child.attrelid = 'study_sessions'::regclass AND child.attname = column_name
    JOIN pg_attribute AS key ON key.attrelid = parent::regclass AND key.attname = 'id'
    JOIN pg_constraint ON contype = 'f' AND conrelid = child.attrelid AND confrelid = key.attrelid
        AND conkey = ARRAY[child.attnum] AND confkey = ARRAY[key.attnum] AND convalidated AND NOT condeferrable
),
condition AS MATERIALIZED (
    SELECT coalesce(
               (SELECT format('row security on %s', name) FROM hidden LIMIT 1),
               CASE WHEN row_security_active('study_sessions') THEN 'row security on study_sessions' END,
               (SELECT format('%s is no plain table', name) FROM relation
                WHERE stored AND kind <> 'r' AND (kind <> 'p' OR name = 'command_outcomes') LIMIT 1),
               (SELECT format('%s has a rule', name) FROM relation WHERE stored AND ruled LIMIT 1),
               (SELECT format('command_outcomes has the trigger %s', tgname) FROM pg_trigger
                WHERE tgrelid = 'command_outcomes'::regclass AND NOT tgisinternal LIMIT 1)
           ) AS bulk,
           coalesce(
               (SELECT format('%s is no plain table', name) FROM relation
                WHERE kind <> 'r' OR inherits OR ruled LIMIT 1),
               (SELECT format('row security on %s', name) FROM relation WHERE row_security_active(name) LIMIT 1),
               (SELECT format('%s has the trigger %s', table_name, name) FROM insert_trigger
                WHERE NOT internal OR enabled <> 'O' OR tgconstraint NOT IN (SELECT oid FROM known_key)
                LIMIT 1),
               CASE WHEN (SELECT count(*) FROM known_key) <> 2 OR (SELECT count(DISTINCT tgconstraint) FROM insert_trigger) <> 2
                    THEN 'study_sessions has other foreign keys than group_id and study_activity_id' END
           ) AS checks
)
