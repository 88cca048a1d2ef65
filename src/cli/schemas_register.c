#include "cli/schemas.h"
#include "json/writer.h"

#include <inttypes.h>

static void print_one(const struct schemas_own *own, bool is_new, const struct subjects_version *found,
                      struct json_writer *json)
{
    const char *state = is_new ? "registered" : "exists";

    if (json == NULL) {
        printf("%s: %s, version %" PRId32 ", id %" PRId32 "\n", own->subject, state, found->version, found->id);
        return;
    }
    write_object(json);
    write_member_text(json, "subject", own->subject);
    write_member_text(json, "record", own->record);
    write_member_text(json, "state", state);
    write_member_int(json, "version", found->version);
    write_member_int(json, "id", found->id);
    write_object_end(json);
}

/*
 * The schema is looked up first. So schemas that exist are told apart from new ones, and for them a registry that is
 * closed for writing is enough.
 */
static enum subjects_answer register_one(const struct schemas_tool *tool, const struct schemas_own *own, bool *is_new,
                                         struct subjects_version *found, struct err *err)
{
    const char *text = schema_text(own->schema);
    enum subjects_answer answer = subjects_find(tool->subjects, own->subject, text, found, err);

    *is_new = answer == SUBJECTS_NO;
    if (answer != SUBJECTS_NO)
        return answer;
    answer = subjects_register(tool->subjects, own->subject, text, &found->id, err);
    if (answer != SUBJECTS_YES)
        return answer;
    answer = subjects_find(tool->subjects, own->subject, text, found, err);
    if (answer == SUBJECTS_NO)
        err_set(err, ERR_STOP, EXIT_UNREACHABLE, E_SCHEMA_06,
                "%s: registered with id %" PRId32
                ", but the registry does not know it yet\n  fix: see sessiond schemas list, then run this again",
                own->subject, found->id);
    return answer;
}

static int register_all(const struct schemas_tool *tool, struct json_writer *json)
{
    struct subjects_version found;
    struct err err;
    bool is_new;

    for (size_t i = 0; i < SCHEMAS_OWN; i++) {
        switch (register_one(tool, &tool->own[i], &is_new, &found, &err)) {
        case SUBJECTS_YES: print_one(&tool->own[i], is_new, &found, json); break;
        case SUBJECTS_NO: return cli_fail(&err);
        case SUBJECTS_FAILED: return schemas_registry_fail(&err);
        }
    }
    return EXIT_DONE;
}

static int refuse(enum exit_code exit_code, const char *code, const char *why)
{
    struct err err;

    err_set(&err, ERR_STOP, exit_code, code, "nothing is registered: %s", why);
    return cli_fail(&err);
}

int schemas_register(const struct schemas_tool *tool)
{
    enum schemas_verdict verdict;

    if (tool->subjects == NULL)
        return refuse(EXIT_CONFIG, E_SCHEMA_05, "schema.registry.url is not set");
    int status = schemas_compare(tool, &verdict, NULL, NULL);
    if (status != 0)
        return status;
    if (verdict == SCHEMAS_INCOMPATIBLE)
        return refuse(EXIT_NO, E_SCHEMA_09,
                      "ours are not compatible with what is there\n  fix: sessiond schemas check says why");

    if (!tool->cli->json)
        return register_all(tool, NULL);
    struct json_writer json = json_to_stream(stdout);
    write_object(&json);
    write_key(&json, "subjects");
    write_array(&json);
    status = register_all(tool, &json);
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
    return status;
}
