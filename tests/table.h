/**
 * Text tables of cases for Check programs: one case a line, cells separated by " | ", `#` begins a comment line.
 *
 * Test programs run from the top of the tree; paths are relative to it.
 */
#ifndef TESTS_TABLE_H
#define TESTS_TABLE_H

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_CELLS 12

struct table_row {
    const char *path;
    int line;
    int count;
    char *cell[TABLE_CELLS]; /* blanks around the text removed; in `text` */
    char text[4096];
};

static inline char *table_trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    for (size_t len = strlen(text); len > 0 && isspace((unsigned char)text[len - 1]); len--)
        text[len - 1] = 0;
    return text;
}

static inline void table_split(struct table_row *row)
{
    char *rest = row->text;

    row->count = 0;
    while (rest != NULL && row->count < TABLE_CELLS) {
        char *bar = strstr(rest, " | ");
        if (bar != NULL)
            *bar = 0;
        row->cell[row->count++] = table_trim(rest);
        rest = bar == NULL ? NULL : bar + 3;
    }
}

/**
 * Calls `check` for each case of the file; fails when there is none. `row->path:row->line` names the case in messages.
 */
static inline void table_each(const char *path, void (*check)(const struct table_row *row))
{
    FILE *file = fopen(path, "r");
    struct table_row row = {.path = path};
    int cases = 0;

    ck_assert_msg(file != NULL, "cannot open %s (run from the top of the tree)", path);
    while (fgets(row.text, sizeof row.text, file) != NULL) {
        row.line++;
        char *text = table_trim(row.text);
        if (*text == 0 || *text == '#')
            continue;
        memmove(row.text, text, strlen(text) + 1);
        table_split(&row);
        check(&row);
        cases++;
    }
    fclose(file);
    ck_assert_msg(cases > 0, "%s has no cases", path);
}

/** The main program of a suite: runs it, prints Check's summary, exit code 0 only when everything passed. */
static inline int table_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
