#include "postgres/statement.h"

#include "gen/sql.h"

const struct statement statements[STATEMENT_COUNT] = {
    [STATEMENT_INSERT] = {"insert_outcomes",      sql_insert_outcomes     },
    [STATEMENT_READ] = {"read_outcomes",        sql_read_outcomes       },
    [STATEMENT_CANARY_SESSIONS] = {"canary_sessions",      sql_canary_sessions     },
    [STATEMENT_CANARY_PARENTS] = {"canary_parents",       sql_canary_parents      },
    [STATEMENT_BULK_STATE] = {"bulk_state",           sql_bulk_state          },
    [STATEMENT_BULK_GROUPS] = {"bulk_groups",          sql_bulk_groups         },
    [STATEMENT_BULK_ACTIVITIES] = {"bulk_activities",      sql_bulk_activities     },
    [STATEMENT_BULK_KNOWN] = {"bulk_known",           sql_bulk_known          },
    [STATEMENT_BULK_SESSION_IDS] = {"bulk_session_ids",     sql_bulk_session_ids    },
    [STATEMENT_BULK_CREATED] = {"bulk_created",         sql_bulk_created        },
    [STATEMENT_BULK_REJECTED] = {"bulk_rejected",        sql_bulk_rejected       },
    [STATEMENT_BULK_SESSIONS] = {"bulk_sessions",        sql_bulk_sessions       },
    [STATEMENT_BULK_REPLICA] = {"bulk_replica",         sql_bulk_replica        },
    [STATEMENT_BULK_LOCK_GROUPS] = {"bulk_lock_groups",     sql_bulk_lock_groups    },
    [STATEMENT_BULK_LOCK_ACTIVITIES] = {"bulk_lock_activities", sql_bulk_lock_activities},
};
