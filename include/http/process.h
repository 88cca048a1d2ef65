/** What Linux says about this process: proc(5). */
#ifndef HTTP_PROCESS_H
#define HTTP_PROCESS_H

#include "core/bytes.h"

/** A value of -1 is not known. */
struct process_usage {
    double cpu_s; /* user and system time */
    int64_t resident_bytes;
    int64_t virtual_bytes;
    int64_t open_fds;
    int64_t max_fds;
};

void process_usage_read(struct process_usage *usage);

#endif
