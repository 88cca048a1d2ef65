#include "core/errcode.h"

static const struct errcode_row {
    const char *name;
    bool decides;
    bool dlq;
} rows[ERRCODE_COUNT] = {
    [ERRCODE_NONE] = {"",                         false, false},
    [ERRCODE_UNDECODABLE] = {"UNDECODABLE",              false, true },
    [ERRCODE_UNKNOWN_SCHEMA] = {"UNKNOWN_SCHEMA",           false, true },
    [ERRCODE_COMMAND_ID_REUSED] = {"COMMAND_ID_REUSED",        false, false},
    [ERRCODE_COMMAND_EXPIRED] = {"COMMAND_EXPIRED",          false, false},
    [ERRCODE_MISSING_FIELD] = {"MISSING_FIELD",            true,  false},
    [ERRCODE_INVALID_FIELD] = {"INVALID_FIELD",            true,  false},
    [ERRCODE_GROUP_NOT_FOUND] = {"GROUP_NOT_FOUND",          true,  false},
    [ERRCODE_STUDY_ACTIVITY_NOT_FOUND] = {"STUDY_ACTIVITY_NOT_FOUND", true,  false},
    [ERRCODE_STORE_REFUSED] = {"STORE_REFUSED",            false, true },
};

const char *errcode_name(enum errcode code)
{
    return rows[code].name;
}

enum errcode errcode_from_name(struct bytes name)
{
    for (enum errcode code = ERRCODE_NONE + 1; code < ERRCODE_COUNT; code++)
        if (bytes_equal(name, bytes_of(rows[code].name)))
            return code;
    return ERRCODE_NONE;
}

bool errcode_decides(enum errcode code)
{
    return rows[code].decides;
}

bool errcode_goes_to_dlq(enum errcode code)
{
    return rows[code].dlq;
}
