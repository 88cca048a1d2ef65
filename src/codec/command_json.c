#include "codec/command_json.h"

#include "codec/base64.h"
#include "codec/encoding.h"
#include "codec/command_object.h"

/*
 * A text on its way to a command. read_objects sets every member that is read later. The attribute tells the compiler
 * so; otherwise it would fill a kilobyte with zeros first, which takes a tenth of the time of reading a command.
 */
#define SET_BY_READ_OBJECTS __attribute__((uninitialized))

struct reading {
    struct bytes text;
    struct arena *arena;
    struct refusal *refusal;
    struct command_object top;
    struct command_object *data;          /* the data of a CloudEvent, in the arena; NULL: it is not one */
    const struct command_object *command; /* the object that has the command's fields, once it is read */
};

static bool refuse(struct reading *reading, const uint8_t *at, const char *rule)
{
    *reading->refusal = (struct refusal){.rule = rule, .at = (size_t)(at - reading->text.data)};
    return false;
}

/* Refuses the text for the scanner's reason. `inside` names the text that begins at `start`. */
static bool refuse_scan(struct reading *reading, const struct scanner *scan, const uint8_t *start, const char *inside)
{
    *reading->refusal = (struct refusal){scan->reason, (size_t)(scan->at - start), scan->ended, inside};
    return false;
}

/*
 * If the text is in an encoding that JSON between systems must not have, says so: that tells more than the byte where
 * it first shows.
 */
static bool name_encoding(struct refusal *refusal, struct bytes text)
{
    const char *rule = encoding_rule(text);

    if (rule != NULL)
        *refusal = (struct refusal){.rule = rule, .inside = refusal->inside};
    return false;
}

/* ---- The two objects ---- */

static struct bytes behind_mark(struct bytes text)
{
    size_t mark = encoding_mark(text);

    return (struct bytes){text.data + mark, text.len - mark};
}

static bool read_top(struct reading *reading)
{
    struct scanner scan;

    if (command_object_read(behind_mark(reading->text), reading->arena, &reading->top, &scan))
        return true;
    refuse_scan(reading, &scan, reading->text.data, NULL);
    return name_encoding(reading->refusal, reading->text);
}

/* The envelope has been checked as a whole, so its data can fail only because it must be an object itself. */
static bool read_data(struct reading *reading)
{
    struct bytes data = reading->top.data;
    struct scanner scan;

    if (data.len == 0)
        return refuse(reading, reading->text.data, "data or data_base64 is expected in a CloudEvent");
    if (data.data[0] != '{')
        return refuse(reading, data.data, "a JSON object is expected in the CloudEvent's data");
    return command_object_read(data, reading->arena, reading->data, &scan) ||
           refuse_scan(reading, &scan, reading->text.data, NULL);
}

/*
 * The text of a string, copied when it has escapes: JSON may write the slash of the base64 alphabet with a backslash.
 */
static struct bytes unescaped(const struct scanned_string *string, struct arena *arena)
{
    if (!string->escaped)
        return string->raw;
    uint8_t *text = arena_alloc(arena, string->raw.len);
    return (struct bytes){text, scanned_string_text(string, text, string->raw.len)};
}

static bool read_base64(struct reading *reading)
{
    const struct scanned_string *string = &reading->top.base64;
    struct scanner scan;
    struct refusal wrong;
    size_t length;

    if (string->raw.data == NULL)
        return refuse(reading, reading->top.base64_at, "a string is expected in data_base64");
    struct bytes text = unescaped(string, reading->arena);
    uint8_t *out = arena_alloc(reading->arena, base64_room(text.len));
    if (!base64_decode(text, out, &length, &wrong))
        return refuse(reading, string->raw.data + (string->escaped ? 0 : wrong.at), wrong.rule);
    struct bytes json = {out, length};
    if (command_object_read(behind_mark(json), reading->arena, reading->data, &scan))
        return true;
    refuse_scan(reading, &scan, out, "data_base64");
    return name_encoding(reading->refusal, json);
}

static bool read_envelope(struct reading *reading)
{
    const struct command_object *top = &reading->top;
    bool has_data = top->data.len > 0 && top->data.data[0] != 'n';

    reading->data = arena_alloc(reading->arena, sizeof *reading->data);
    reading->command = reading->data;
    if (top->has_base64 && has_data)
        return refuse(reading, top->base64_at, "data or data_base64 is expected in a CloudEvent, not both");
    return top->has_base64 ? read_base64(reading) : read_data(reading);
}

static bool read_objects(struct reading *reading, struct bytes text, bool structured, struct arena *arena,
                         struct refusal *refusal)
{
    const struct command_object *top = &reading->top;

    reading->text = text;
    reading->arena = arena;
    reading->refusal = refusal;
    reading->data = NULL;
    if (!read_top(reading))
        return false;
    if (structured || (top->has_specversion && (top->has_data || top->has_base64)))
        return read_envelope(reading);
    reading->command = top;
    return true;
}

/* ---- The command ---- */

static struct bytes attribute(const struct scanned_string *string, struct arena *arena)
{
    return string->raw.len == 0 || string->not_text ? (struct bytes){0} : unescaped(string, arena);
}

/* For a command that has no id of its own. */
static bool check_identity(struct reading *reading, const struct command *command)
{
    const struct command_object *top = &reading->top;
    struct uuid id;

    if (command->command_id.state != FIELD_ABSENT)
        return true;
    if (top->id.not_text)
        return refuse(reading, top->id.raw.data,
                      "a text without NUL and half surrogate pairs is expected in the CloudEvent's id");
    if (top->source.not_text && command->ce_id.len > 0 && !uuid_parse(command->ce_id, &id))
        return refuse(reading, top->source.raw.data,
                      "a text without NUL and half surrogate pairs is expected in the CloudEvent's source");
    return true;
}

static bool take_envelope(struct reading *reading, struct command *command)
{
    const struct command_object *top = &reading->top;

    command->structured = true;
    command->ce_id = attribute(&top->id, reading->arena);
    command->ce_source = attribute(&top->source, reading->arena);
    command->ce_correlationid = attribute(&top->correlationid, reading->arena);
    command->ce_traceparent = attribute(&top->traceparent, reading->arena);
    command->ce_tracestate = attribute(&top->tracestate, reading->arena);
    return check_identity(reading, command);
}

/*
 * For an object that is a CloudEvent by its shape alone, which the version before did not recognise: it read the
 * object's own fields.
 */
static const struct command_former *former(const struct command_object *top, struct arena *arena)
{
    struct command_former *fields = arena_alloc(arena, sizeof *fields);

    *fields = top->fields;
    return fields;
}

bool command_json_decode(struct bytes json, bool structured, struct arena *arena, struct command *command,
                         struct refusal *refusal)
{
    SET_BY_READ_OBJECTS struct reading reading;

    if (!read_objects(&reading, json, structured, arena, refusal))
        return false;
    const struct command_former *fields = &reading.command->fields;
    *command = (struct command){
        .command_id = fields->command_id, .group_id = fields->group_id, .study_activity_id = fields->study_activity_id};
    if (reading.data == NULL)
        return true;
    if (!structured && !reading.top.has_data)
        command->former = former(&reading.top, arena);
    return take_envelope(&reading, command);
}

void command_json_names(struct bytes json, bool structured, struct arena *arena,
                        void (*offer)(void *opaque, struct bytes name), void *opaque)
{
    struct refusal refusal;
    SET_BY_READ_OBJECTS struct reading reading;

    if (!read_objects(&reading, json, structured, arena, &refusal))
        return;
    const struct scanned_string *keys = key_set_list(&reading.command->keys);
    for (size_t i = 0; i < reading.command->keys.count; i++)
        offer(opaque, unescaped(&keys[i], arena));
}
