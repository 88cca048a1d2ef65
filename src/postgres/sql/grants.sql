-- What the role that runs `sessiond run` needs: no DDL, no UPDATE, no DELETE. `psql -v role=NAME -v schema=NAME`.

GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT SELECT ON groups, study_activities TO :"role";
GRANT SELECT, INSERT ON study_sessions, command_outcomes TO :"role";

-- The sequence of study_sessions.id may have another name if the table existed before.
SET LOCAL sessiond.role = :'role';
DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I',
                   pg_get_serial_sequence('study_sessions', 'id'), current_setting('sessiond.role'));
END
$$;

-- With postgres.reference.checks=per-batch `run` needs two more; `sessiond migrate sql` prints them when it is so
-- configured.

-- `sessiond prune` needs, in a role of its own (run has no UPDATE):
--   GRANT USAGE ON SCHEMA :"schema" TO pruner;
--   GRANT SELECT, UPDATE ON command_outcomes TO pruner;
