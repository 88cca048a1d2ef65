#include "postgres/pg_condition.h"

#include <string.h>

/* The first line whose prefix matches decides; whole SQLSTATEs come before their class. */
static const struct {
    const char *prefix;
    const char *text;
} conditions[] = {
    {"09",    "a trigger failed"                                  },
    {"20",    "a CASE has no branch for it"                       },
    {"21",    "a subquery gave more than one row"                 },
    {"22001", "a text is too long for its type"                   },
    {"22003", "a number is out of the range of its type"          },
    {"22004", "a value must not be NULL"                          },
    {"22007", "a text is no date or time"                         },
    {"22008", "a date or time is out of range"                    },
    {"22012", "a division by zero"                                },
    {"22021", "bytes that are no text in the encoding"            },
    {"22023", "a parameter has a value that is not allowed"       },
    {"2203",  "a JSON value is not as expected"                   },
    {"22P02", "a text is no value of its type"                    },
    {"22P03", "a binary value is not as expected"                 },
    {"22P05", "a character that the other encoding does not have" },
    {"22",    "a value is not as its type or function wants it"   },
    {"23001", "a row that others refer to must stay"              },
    {"23502", "a value must not be NULL"                          },
    {"23503", "a foreign key has no row to refer to"              },
    {"23505", "a unique key is taken"                             },
    {"23514", "a check is violated"                               },
    {"23P01", "an exclusion constraint is violated"               },
    {"23",    "a constraint is violated"                          },
    {"27",    "a trigger changed what was being changed"          },
    {"2F",    "a function failed"                                 },
    {"38",    "an external function failed"                       },
    {"39",    "an external function failed"                       },
    {"42501", "a privilege is missing, or row security refuses it"},
    {"44",    "the WITH CHECK OPTION of a view refuses it"        },
    {"54",    "a limit of the server is exceeded"                 },
    {"P0001", "a trigger raised an exception"                     },
    {"P0002", "a function of a trigger found no row"              },
    {"P0003", "a function of a trigger found more than one row"   },
    {"P0004", "an assertion in a trigger failed"                  },
    {"P0",    "a trigger failed"                                  },
    {"",      "the SQLSTATE says why"                             },
};

const char *pg_condition(const char *sqlstate)
{
    size_t i = 0;

    while (strncmp(sqlstate, conditions[i].prefix, strlen(conditions[i].prefix)) != 0)
        i++;
    return conditions[i].text;
}
