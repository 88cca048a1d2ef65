#include "registry/exchange.h"

#include "core/memory.h"
#include "runtime/stop.h"
#include "core/text.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>

struct exchange {
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    size_t endpoint;
    char *url;
    struct expected expected;
    char reason[CURL_ERROR_SIZE];
    char *answer; /* grows as it comes */
    size_t len;
    size_t size;
    bool too_long;
    int64_t date; /* of the answer; -1: none */
};

struct exchange *exchange_new(struct http *http)
{
    struct exchange *exchange = memory_zeroed(1, sizeof *exchange);

    exchange->easy = curl_easy_init();
    if (exchange->easy == NULL)
        abort();
    exchange->http = http;
    exchange->date = -1;
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    if (exchange == NULL)
        return;
    curl_easy_cleanup(exchange->easy);
    curl_slist_free_all(exchange->headers);
    free(exchange->url);
    free(exchange->answer);
    free(exchange);
}

void *exchange_handle(const struct exchange *exchange)
{
    return exchange->easy;
}

const char *exchange_endpoint(const struct exchange *exchange)
{
    return exchange->http->endpoints[exchange->endpoint].url;
}

int64_t exchange_date(const struct exchange *exchange)
{
    return exchange->date;
}

/* ---- The request ---- */

/* Runs inside libcurl's calls. Taking less than was given ends the request. */
static size_t on_bytes(char *bytes, size_t one, size_t count, void *opaque)
{
    struct exchange *exchange = opaque;
    size_t needed = exchange->len + count * one;

    if (needed > EXCHANGE_ANSWER_MAX) {
        exchange->too_long = true;
        return 0;
    }
    if (needed > exchange->size) {
        exchange->size = needed < 2048 ? 4096 : 2 * needed;
        exchange->answer = memory_resized(exchange->answer, exchange->size, 1);
    }
    memcpy(exchange->answer + exchange->len, bytes, count * one);
    exchange->len = needed;
    return count * one;
}

/* Inside libcurl's calls, once a header line, which has no NUL at its end. */
static size_t on_header(char *line, size_t one, size_t count, void *opaque)
{
    static const char name[] = "date:";
    struct exchange *exchange = opaque;
    size_t len = one * count;

    if (len > strlen(name) && strncasecmp(line, name, strlen(name)) == 0) {
        char *date = text_copy_n(line + strlen(name), len - strlen(name));
        exchange->date = (int64_t)curl_getdate(date, NULL);
        free(date);
    }
    return len;
}

static void set_request(CURL *easy, const struct request *request)
{
    if (request->body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(request->body));
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

void exchange_begin(struct exchange *exchange, const struct request *request)
{
    const struct endpoint *endpoint = &exchange->http->endpoints[exchange->http->current];
    CURL *easy = exchange->easy;

    exchange->endpoint = exchange->http->current;
    exchange->expected = request->expected;
    exchange->reason[0] = 0;
    exchange->len = 0;
    exchange->too_long = false;
    exchange->date = -1;
    free(exchange->url);
    exchange->url = text_printf("%s%s", endpoint->url, request->path);

    curl_easy_reset(easy); /* the connection is kept */
    curl_slist_free_all(exchange->headers);
    exchange->headers = http_prepare(exchange->http, easy, endpoint);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->reason);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_URL, exchange->url);
    set_request(easy, request);
}

/* ---- The answer ---- */

/* Memory that one large answer needed is not kept for small ones. */
static void forget_answer(struct exchange *exchange)
{
    free(exchange->answer);
    exchange->answer = NULL;
    exchange->len = exchange->size = 0;
}

static enum answer no_answer(const struct exchange *exchange, CURLcode code, struct err *err)
{
    if (exchange->too_long)
        err_set(err, ERR_RETRY, EXIT_UNREACHABLE, E_REGISTRY_ANSWER, "the answer is longer than %u bytes",
                EXCHANGE_ANSWER_MAX);
    else
        err_set(err, ERR_RETRY, EXIT_UNREACHABLE, E_REGISTRY_REACH, "%s",
                *exchange->reason != 0 ? exchange->reason : curl_easy_strerror(code));
    return ANSWER_UNKNOWN;
}

static enum answer meaning_of(struct exchange *exchange, CURLcode code, struct json_t **json, struct err *err)
{
    struct bytes body = {(const uint8_t *)exchange->answer, exchange->len};
    long status = 0;

    *json = NULL;
    if (code != CURLE_OK)
        return no_answer(exchange, code, err);
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status == 401)
        http_read_credentials(exchange->http);
    return answer_read(status, body, &exchange->expected, json, err);
}

enum answer exchange_end(struct exchange *exchange, int code, struct json_t **json, bool *pause_due, struct err *err)
{
    enum answer answer = meaning_of(exchange, (CURLcode)code, json, err);

    forget_answer(exchange);
    *pause_due = false;
    if (answer == ANSWER_UNKNOWN)
        *pause_due = http_failed(exchange->http, exchange->endpoint);
    else
        http_answered(exchange->http);
    if (answer == ANSWER_UNKNOWN || answer == ANSWER_REFUSED)
        err_prefix(err, "schema registry %.300s", exchange_endpoint(exchange));
    return answer;
}

/* ---- Both at once ---- */

/* Runs inside curl_easy_perform, at least once a second. A result other than 0 ends the request. */
static int on_progress(void *opaque, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    (void)opaque, (void)total, (void)now, (void)up_total, (void)up_now;
    return stop_requested();
}

enum answer exchange_ask(struct exchange *exchange, const struct request *request, struct json_t **json,
                         struct err *err)
{
    enum answer answer = ANSWER_UNKNOWN;
    bool pause_due;

    for (size_t i = 0; answer == ANSWER_UNKNOWN && i < exchange->http->endpoint_count; i++) {
        exchange_begin(exchange, request);
        curl_easy_setopt(exchange->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(exchange->easy, CURLOPT_NOPROGRESS, 0L);
        CURLcode code = curl_easy_perform(exchange->easy);
        answer = exchange_end(exchange, (int)code, json, &pause_due, err);
        if (code == CURLE_ABORTED_BY_CALLBACK) {
            (void)err_interrupted(err, "asking the schema registry");
            break;
        }
    }
    return answer;
}

char *path_segment(const char *text)
{
    char *segment = memory_zeroed(3 * strlen(text) + 1, 1);
    char *out = segment;

    for (const char *in = text; *in != 0; in++) {
        if (isalnum((unsigned char)*in) || strchr("-._~", *in) != NULL)
            *out++ = *in;
        else
            out += snprintf(out, 4, "%%%02X", (unsigned char)*in);
    }
    return segment;
}
