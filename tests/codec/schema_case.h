/** Schemas that are too long to be written out. */
#ifndef TESTS_CODEC_SCHEMA_CASE_H
#define TESTS_CODEC_SCHEMA_CASE_H

#include <stdio.h>
#include <string.h>

#define TREE_TEXT 8192

/** Nested records, ten in each, from level `top` down to 14, and an empty one at level 15. */
static inline void tree_of_records(int top, char type[static TREE_TEXT])
{
    snprintf(type, TREE_TEXT, "{\"type\":\"record\",\"name\":\"R15\",\"fields\":[]}");
    for (int level = 14; level >= top; level--) {
        char inner[TREE_TEXT];
        memcpy(inner, type, sizeof inner);
        int len =
            snprintf(type, TREE_TEXT, "{\"type\":\"record\",\"name\":\"R%d\",\"fields\":[{\"name\":\"a\",\"type\":%s}",
                     level, inner);
        for (char name = 'b'; name <= 'j'; name++)
            len +=
                snprintf(type + len, TREE_TEXT - (size_t)len, ",{\"name\":\"%c\",\"type\":\"R%d\"}", name, level + 1);
        snprintf(type + len, TREE_TEXT - (size_t)len, "]}");
    }
}

#endif
