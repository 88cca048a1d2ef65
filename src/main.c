#include "cli/dispatch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/*
 * The parent process may have closed these. The next descriptor that a library opens would then be one of them: for
 * example a socket to a broker as standard error, with our log lines in its protocol. The replacements refuse to work,
 * as closed ones do: nothing can be read from standard input, and a failed write to standard output still gives exit
 * 70. Only messages are lost.
 */
static void fill_standard_streams(void)
{
    static const int mode[] = {[STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_RDWR};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", mode[fd]) != fd)
            abort(); /* the lowest free one is `fd`: those below are open */
}

/* Seeds the waits between two tries, so that a fleet that lost its broker at once does not come back at once. */
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
