-- Whether the present role may use the schema $1; no row when there is no such schema. Without USAGE its tables
-- look as if they did not exist.
SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1;
