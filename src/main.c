#include "cli/dispatch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/*
 * Whoever starts us may have closed these. The next descriptor that a library opens would then be one of them: a socket to a broker as
 * standard error, with our log lines in its protocol. What takes their place refuses what is asked of it, as a closed one does: nothing
 * is read from standard input, and what cannot be written to standard output is still exit 70. Only talk is lost.
 */
static void fill_standard_streams(void)
{
    static const int mode[] = {[STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_RDWR};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", mode[fd]) != fd)
            abort(); /* the lowest free one is `fd`: those below are open */
}

/* The waits between two tries: a fleet that lost its broker at once does not come back at once. */
static void seed_jitter(void)
{
    unsigned seed;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
        seed = (unsigned)time(NULL) ^ (unsigned)getpid();
    srandom(seed);
}

int main(int argc, char **argv)
{
    fill_standard_streams();
    seed_jitter();
    return cli_main(argc, argv, environ);
}
