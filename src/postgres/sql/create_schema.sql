-- The statement that creates the schema $1, where there is none: CREATE SCHEMA IF NOT EXISTS asks for a privilege on the database even
-- when the schema is there.
SELECT format('CREATE SCHEMA %I', $1::name) WHERE to_regnamespace(quote_ident($1)) IS NULL
