#include "registry/registry.h"

#include <curl/curl.h>
#include <stdio.h>

const char *registry_version(void)
{
    static char text[64]; /* the same at each call */

    snprintf(text, sizeof text, "libcurl %s", curl_version_info(CURLVERSION_NOW)->version);
    return text;
}
