#include "postgres/statement.h"

#include "gen/sql.h"

const struct statement statements[STATEMENT_COUNT] = {
    [STATEMENT_INSERT] = {"insert_outcomes", sql_insert_outcomes},
    [STATEMENT_READ] = {"read_outcomes",   sql_read_outcomes  },
    [STATEMENT_CANARY_SESSIONS] = {"canary_sessions", sql_canary_sessions},
    [STATEMENT_CANARY_PARENTS] = {"canary_parents",  sql_canary_parents },
};
