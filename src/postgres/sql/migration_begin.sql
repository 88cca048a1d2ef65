BEGIN;

SET LOCAL sessiond.schema = :'schema';
DO $$ BEGIN
    IF to_regnamespace(quote_ident(current_setting('sessiond.schema'))) IS NULL THEN
        EXECUTE format('CREATE SCHEMA %I', current_setting('sessiond.schema'));
    END IF;
END $$;
SET LOCAL search_path = :"schema", pg_temp;
