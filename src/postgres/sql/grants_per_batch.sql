
-- `sessiond run` with postgres.reference.checks=per-batch needs these too, on PostgreSQL 15 or newer. SET on a parameter
-- is for a superuser to grant; UPDATE on one column is what SELECT ... FOR KEY SHARE takes, and no row is updated.
GRANT SET ON PARAMETER session_replication_role TO :"role";
GRANT UPDATE (id) ON groups, study_activities TO :"role";
