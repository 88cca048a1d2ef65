-- What would make a scan wrong: the tables that row security hides rows of from the present role, and to how many digits of a second
-- study_sessions keeps its times (-1: all).
WITH hidden AS (
    SELECT name
    FROM (VALUES ('study_sessions'), ('command_outcomes')) AS scanned (name)
    WHERE row_security_active(name)
        AND coalesce((
            SELECT NOT bool_or(polpermissive AND pg_get_expr(polqual, polrelid) = 'true') OR bool_or(NOT polpermissive)
            FROM pg_policy
            WHERE polrelid = name::regclass
                AND polcmd IN ('r', '*')
                AND (0 = ANY (polroles)
                    OR EXISTS (SELECT FROM unnest(polroles) AS role WHERE pg_has_role(role, 'USAGE')))
        ), true)
)
SELECT (SELECT string_agg(name, ', ') FROM hidden) AS hidden,
       (SELECT atttypmod FROM pg_attribute
        WHERE attrelid = 'study_sessions'::regclass AND attname = 'created_at' AND NOT attisdropped) AS digits;
