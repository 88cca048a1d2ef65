-- What the present role lacks for postgres.reference.checks=per-batch, as the statements that grant it; '' for nothing.
-- FOR KEY SHARE takes UPDATE on any one column; only PostgreSQL 15 and later know privileges on parameters.
SELECT concat_ws('; ',
    CASE WHEN NOT has_parameter_privilege('session_replication_role', 'SET')
         THEN format('GRANT SET ON PARAMETER session_replication_role TO %I', current_user) END,
    (SELECT string_agg(format('GRANT UPDATE (id) ON %I TO %I', name, current_user), '; ' ORDER BY name)
     FROM (VALUES ('groups'), ('study_activities')) AS parent (name)
     WHERE NOT has_any_column_privilege(name, 'UPDATE')));
