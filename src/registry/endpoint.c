#include "registry/endpoint.h"

#include "core/text.h"

#include <curl/curl.h>
#include <stdlib.h>

/* A part of the URL, or NULL when it has none. The caller frees. */
static char *part_of(CURLU *url, CURLUPart part, unsigned flags)
{
    char *curls = NULL;

    if (curl_url_get(url, part, &curls, flags) != CURLUE_OK)
        return NULL;
    char *text = text_copy(curls);
    curl_free(curls);
    return text;
}

static bool take_credentials(CURLU *url, struct endpoint *endpoint)
{
    endpoint->user = part_of(url, CURLUPART_USER, CURLU_URLDECODE);
    endpoint->password = part_of(url, CURLUPART_PASSWORD, CURLU_URLDECODE);
    if (endpoint->user != NULL && endpoint->password == NULL)
        endpoint->password = text_copy("");
    return curl_url_set(url, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
           curl_url_set(url, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK;
}

bool endpoint_read(const char *text, struct endpoint *endpoint, struct err *err)
{
    CURLU *url = curl_url();

    *endpoint = (struct endpoint){0};
    if (url == NULL)
        abort();
    CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_PATH_AS_IS);
    if (code == CURLUE_OK && take_credentials(url, endpoint))
        endpoint->url = part_of(url, CURLUPART_URL, 0);
    curl_url_cleanup(url);

    if (endpoint->url == NULL) {
        endpoint_free(endpoint);
        return err_set(
            err, ERR_STOP, EXIT_CONFIG, E_REGISTRY_CONFIG,
            "schema.registry.url cannot be used: error %d of a URL's parser\n  fix: http://HOST:PORT; in a user or a "
            "password write %% and two digits for what is special in a URL",
            (int)code);
    }
    for (size_t len = strlen(endpoint->url); len > 0 && endpoint->url[len - 1] == '/'; len--)
        endpoint->url[len - 1] = 0;
    return true;
}

void endpoint_free(struct endpoint *endpoint)
{
    free(endpoint->url);
    free(endpoint->user);
    free(endpoint->password);
    *endpoint = (struct endpoint){0};
}
