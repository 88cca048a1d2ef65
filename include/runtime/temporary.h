/** Temporary files without a name, in TMPDIR, else /tmp: gone when they are closed, however the process ends. */
#ifndef RUNTIME_TEMPORARY_H
#define RUNTIME_TEMPORARY_H

#include "core/err.h"

/** A file descriptor to read and write; -1 with ERR_STOP. */
MUSTUSE int temporary_open(struct err *err);

/** Fills ERR_STOP from errno: `what` ("write", say) could not be done with a temporary file. Returns false. */
bool temporary_failed(const char *what, struct err *err);

#endif
