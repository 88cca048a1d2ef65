/** The cases of decide.table, for everything that decides: core/decide.c and the store in each of its ways. */
#ifndef TESTS_CORE_DECIDE_CASE_H
#define TESTS_CORE_DECIDE_CASE_H

#include "table.h"

#include "core/batch.h"
#include "core/field_case.h"

#include <stdio.h>

#define DECIDE_TABLE "tests/core/decide.table"

/** Fills the command of the case into an item that already has its record. */
static inline void decide_case_fill(const struct table_row *row, struct batch_item *item)
{
    ck_assert_msg(row->count == 5, "%s:%d: five columns", row->path, row->line);
    if (strcmp(row->cell[0], "-") != 0)
        ck_assert_msg(violations_parse(bytes_of(row->cell[0]), &item->violations), "%s:%d", row->path, row->line);
    item->command.group_id = case_int(row->cell[1]);
    item->command.study_activity_id = case_int(row->cell[2]);
}

/** Checks that the ledger row is what the case says. */
static inline void decide_case_assert(const struct table_row *row, const struct ledger_row *ledger_row)
{
    char outcome[VIOLATIONS_TEXT] = "created";
    char names[200] = "- -";

    if (ledger_row->kind == OUTCOME_REJECTED) {
        violations_format(&ledger_row->violations, outcome);
        ck_assert_int_eq(ledger_row->code, ledger_row->violations.list[0].code);
    } else {
        snprintf(names, sizeof names, "%.*s %.*s", (int)ledger_row->session.group_name.len,
                 (const char *)ledger_row->session.group_name.data, (int)ledger_row->session.activity_name.len,
                 (const char *)ledger_row->session.activity_name.data);
        ck_assert_msg(strcmp(names, row->cell[4]) == 0, "%s:%d: %s", row->path, row->line, names);
    }
    ck_assert_msg(strcmp(outcome, row->cell[3]) == 0, "%s:%d: %s", row->path, row->line, outcome);
}

#endif
