#include "runtime/harden.h"

#include "runtime/log.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

void harden(void)
{
    /* The last three are unused, and the kernel refuses no_new_privs unless they are zero. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) != 0)
        log_warning(E_HARDEN_01, "cannot give up new privileges (no_new_privs): %s", strerror(errno));
    if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) != 0)
        log_warning(E_HARDEN_01, "cannot keep its memory from core dumps (dumpable): %s", strerror(errno));
}
