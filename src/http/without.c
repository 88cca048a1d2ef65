/* The part of the server that exists in a program built without libmicrohttpd (WITH_HTTP=0). */
#include "http/server.h"

const char *server_version(void)
{
    return "none";
}

struct server *server_open(const char *address, const struct about *about, struct err *err)
{
    (void)about;
    err_set(err, ERR_STOP, EXIT_CONFIG, E_HTTP_02,
            "http.listen is %s, and this sessiond was built without HTTP (WITH_HTTP=0)\n"
            "  fix: http.listen= (empty), or build with libmicrohttpd",
            address);
    return NULL;
}

void server_close(struct server *server)
{
    (void)server;
}
