#include "postgres/table_sizes.h"

#include "gen/sql.h"
#include "postgres/query.h"
#include "postgres/session.h"

#include <libpq-fe.h>

/* As the statement gives them. */
enum column {
    COLUMN_TABLE,
    COLUMN_INDEX,
    COLUMN_ROWS,
    COLUMN_BYTES,
    COLUMN_TOTAL,
    COLUMN_DEAD,
    COLUMN_VACUUMED,
    COLUMN_ANALYZED
};

static const char *text(const PGresult *result, int row, enum column column)
{
    return PQgetisnull(result, row, (int)column) != 0 ? NULL : PQgetvalue(result, row, (int)column);
}

static struct table_size size_of(const PGresult *result, int row)
{
    return (struct table_size){
        .table = text(result, row, COLUMN_TABLE),
        .index = text(result, row, COLUMN_INDEX),
        .rows = text(result, row, COLUMN_ROWS),
        .bytes = text(result, row, COLUMN_BYTES),
        .total = text(result, row, COLUMN_TOTAL),
        .dead = text(result, row, COLUMN_DEAD),
        .vacuumed = text(result, row, COLUMN_VACUUMED),
        .analyzed = text(result, row, COLUMN_ANALYZED),
    };
}

bool table_sizes_read(const struct config *config, void (*take_version)(void *target, const char *version),
                      take_table_size *take, void *target, struct err *err)
{
    struct connection *connection = connection_new(config);
    PGresult *result = NULL;
    bool opened = session_must_open(connection, err);

    if (opened)
        take_version(target, PQparameterStatus(connection->pg, "server_version"));
    bool done =
        opened && session_must_answer(connection, query_text(connection, sql_table_sizes, config->postgres_schema, err),
                                      &result, err);
    for (int row = 0; done && row < PQntuples(result); row++) {
        struct table_size size = size_of(result, row);
        take(target, &size);
    }
    PQclear(result);
    session_free(connection);
    return done;
}
