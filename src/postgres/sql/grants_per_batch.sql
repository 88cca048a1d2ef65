
-- `sessiond run` with postgres.reference.checks=per-batch needs these too, on PostgreSQL 15 or newer. Only
-- a superuser can grant SET on a parameter. SELECT ... FOR KEY SHARE needs UPDATE on one column; no row is updated.
GRANT SET ON PARAMETER session_replication_role TO :"role";
GRANT UPDATE (id) ON groups, study_activities TO :"role";
