/**
 * What the fuzz targets share. A target is one file fuzz_<name>.c with LLVMFuzzerTestOneInput (libFuzzer's entry). MUST
 * states what it claims for every input; the sanitizers check the rest.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "core/record.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Ends the process as a crash, which makes libFuzzer keep the input. */
#define MUST(claim) ((claim) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #claim))

_Noreturn static inline void fuzz_broken(const char *file, int line, const char *claim)
{
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, claim);
    abort();
}

/* ---- An input, taken apart from its front ---- */

static inline uint8_t fuzz_byte(struct bytes *input)
{
    if (input->len == 0)
        return 0;
    input->len--;
    return *input->data++;
}

static inline struct bytes fuzz_take(struct bytes *input, size_t len)
{
    struct bytes taken = {input->data, len < input->len ? len : input->len};

    input->data += taken.len;
    input->len -= taken.len;
    return taken;
}

/** The text up to the first NUL, which is stepped over. */
static inline struct bytes fuzz_part(struct bytes *input)
{
    size_t len = 0;

    while (len < input->len && input->data[len] != 0)
        len++;
    struct bytes part = fuzz_take(input, len);
    (void)fuzz_byte(input);
    return part;
}

#endif
