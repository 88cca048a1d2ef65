-- The statement that creates the schema $1 if it does not exist: CREATE SCHEMA IF NOT EXISTS asks for a privilege on
-- the database even when the schema exists.
SELECT format('CREATE SCHEMA %I', $1::name) WHERE to_regnamespace(quote_ident($1)) IS NULL
