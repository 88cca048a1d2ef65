#include "http/process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t count_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = -3; /* "." and "..", and the folder itself */

    if (folder == NULL)
        return -1;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static void read_memory(struct process_usage *usage)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128], *rest;

    if (file == NULL)
        return;
    if (fgets(line, sizeof line, file) != NULL) {
        usage->virtual_bytes = strtoll(line, &rest, 10) * sysconf(_SC_PAGESIZE);
        usage->resident_bytes = strtoll(rest, NULL, 10) * sysconf(_SC_PAGESIZE);
    }
    fclose(file);
}

void process_usage_read(struct process_usage *usage)
{
    struct rusage used;
    struct rlimit limit;

    *usage = (struct process_usage){-1, -1, -1, count_fds(), -1};
    read_memory(usage);
    if (getrusage(RUSAGE_SELF, &used) == 0)
        usage->cpu_s = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        usage->max_fds = (int64_t)limit.rlim_cur;
}
