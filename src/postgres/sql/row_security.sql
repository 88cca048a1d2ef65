-- A part of the statements that read: the tables of which row security hides rows from the present role. Rows that are
-- hidden look as if they did not exist, and the answer would be final: "no such group", or a second decision. Only with a
-- permissive policy USING (true), and no restrictive one, is nothing hidden.
hidden AS MATERIALIZED (
    SELECT name
    FROM (VALUES ('groups'), ('study_activities'), ('command_outcomes')) AS read_by_us (name)
    WHERE row_security_active(name)
        AND coalesce((
            SELECT NOT bool_or(polpermissive AND pg_get_expr(polqual, polrelid) = 'true') OR bool_or(NOT polpermissive)
            FROM pg_policy
            WHERE polrelid = name::regclass
                AND polcmd IN ('r', '*')
                AND (0 = ANY (polroles)
                    OR EXISTS (SELECT FROM unnest(polroles) AS role WHERE pg_has_role(role, 'USAGE')))
        ), true)
),
