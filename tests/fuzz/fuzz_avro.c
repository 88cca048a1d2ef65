/*
 * Avro commands under a writer's schema that is a stranger's too, beside avro-c.
 *
 * Input: the text of the schema, a NUL, the message.
 */
#include "codec/command_avro.h"

#include "avro_memory.h"
#include "avro_oracle.h"
#include "fuzz.h"

#include <avro.h>

/* avro-c reads no array of things that take no memory: of `fixed` with a size of 0, or of records without fields. */
static bool readable_by_avro(const struct walk_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        enum plan_kind kind = plan->nodes[i].kind;
        if ((kind == PLAN_FIXED || kind == PLAN_RECORD) && plan->nodes[i].count == 0)
            return false;
    }
    return true;
}

static void check(avro_schema_t schema, enum plan_top top, struct bytes message)
{
    struct arena arena = {0};
    struct walk_plan plan;
    struct command command;
    struct refusal refusal = {0};
    const char *reason = NULL;

    if (!command_avro_plan(schema, top, &arena, &plan, &reason)) {
        MUST(reason != NULL);
    } else if (command_avro_decode(&plan, message, &command, &refusal)) {
        if (readable_by_avro(&plan))
            avro_oracle_check(schema, top, message, &command);
    } else {
        MUST(refusal.rule != NULL && refusal.at <= message.len && command.command_id.state == FIELD_ABSENT);
        MUST(command.group_id.state == FIELD_ABSENT && command.study_activity_id.state == FIELD_ABSENT);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes message = {data, size};
    struct bytes text = fuzz_part(&message);
    avro_schema_t schema;

    avro_memory_watch();
    if (avro_schema_from_json_length((const char *)text.data, text.len, &schema) == 0) {
        check(schema, PLAN_TOP_ALL, message);
        if (avro_typeof(schema) == AVRO_UNION)
            check(schema, PLAN_TOP_LAST, message);
        avro_schema_decref(schema);
    }
    avro_set_error("%s", "");
    avro_memory_reclaim();
    return 0;
}
