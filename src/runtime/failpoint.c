#include "runtime/failpoint.h"

#ifdef FAILPOINTS

#include "runtime/log.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void failpoint(const char *name)
{
    static long reached;
    const char *wanted = getenv("FAILPOINT");
    size_t length = strlen(name);

    if (wanted == NULL || strncmp(wanted, name, length) != 0 || (wanted[length] != 0 && wanted[length] != ':'))
        return;
    long which = wanted[length] == ':' ? strtol(wanted + length + 1, NULL, 10) : 1;
    if (++reached != which)
        return;
    log_info("held at %s", name);
    raise(SIGSTOP);
}

#endif
