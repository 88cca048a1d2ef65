-- A condition: row security hides rows of the table "name" from the present role. Nothing is hidden only with a
-- permissive policy USING (true) and without a restrictive one.
    row_security_active(name)
        AND coalesce((
            SELECT NOT bool_or(polpermissive AND pg_get_expr(polqual, polrelid) = 'true') OR bool_or(NOT polpermissive)
            FROM pg_policy
            WHERE polrelid = name::regclass
                AND polcmd IN ('r', '*')
                AND (0 = ANY (polroles)
                    OR EXISTS (SELECT FROM unnest(polroles) AS role WHERE pg_has_role(role, 'USAGE')))
        ), true)
