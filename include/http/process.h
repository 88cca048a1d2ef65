/** What Linux says of this process: proc(5). */
#ifndef HTTP_PROCESS_H
#define HTTP_PROCESS_H

#include "core/bytes.h"

/** -1: not known. */
struct process_usage {
    double cpu_s; /* user and system */
    int64_t resident_bytes;
    int64_t virtual_bytes;
    int64_t open_fds;
    int64_t max_fds;
};

void process_usage_read(struct process_usage *usage);

#endif
