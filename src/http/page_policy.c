/* Who may do what on the page. */
#include "http/answers.h"

#include "core/sha256.h"
#include "gen/http.h"
#include "json/writer.h"

#include <stdlib.h>

/* Writes "'sha256-…'" of the text between the first two of these tags, as CSP 3 wants it. */
static void write_hash(FILE *out, const char *open, const char *close)
{
    const char *from = strstr(http_page_html, open) + strlen(open);
    struct bytes text = {(const uint8_t *)from, (size_t)(strstr(from, close) - from)};
    uint8_t digest[32];
    char base64[64];
    struct json_writer quoted = json_to_buffer(base64, sizeof base64, JSON_RECORD);

    sha256(text, digest);
    write_base64(&quoted, (struct bytes){digest, sizeof digest});
    fprintf(out, "'sha256-%.44s'; ", base64 + 1); /* 44 characters in quotes */
}

const char *answer_page_policy(void)
{
    static char policy[512];
    FILE *out;

    if (*policy != 0)
        return policy;
    out = fmemopen(policy, sizeof policy, "w");
    if (out == NULL)
        abort();
    fputs("default-src 'none'; script-src ", out);
    write_hash(out, "<script>", "</script>");
    fputs("style-src ", out);
    write_hash(out, "<style>", "</style>");
    fputs("connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", out);
    fclose(out);
    return policy;
}
