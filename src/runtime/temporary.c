#include "runtime/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *folder(void)
{
    const char *set = getenv("TMPDIR");

    return set == NULL || *set == 0 ? "/tmp" : set;
}

bool temporary_failed(const char *what, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_INTERNAL, E_TEMPORARY,
                   "cannot %s a temporary file in %.200s: %s\n  fix: set TMPDIR to a folder with more room", what,
                   folder(), strerror(errno));
}

int temporary_open(struct err *err)
{
    char name[4096];
    int file = open(folder(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);

    if (file >= 0)
        return file;
    /* Where the file system cannot make a file without a name, it has one for a moment. */
    snprintf(name, sizeof name, "%s/sessiond.XXXXXX", folder());
    file = mkostemp(name, O_CLOEXEC);
    if (file < 0)
        (void)temporary_failed("make", err);
    else
        unlink(name);
    return file;
}
