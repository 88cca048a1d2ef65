#include "cli/send_one.h"

#include "codec/command_encode.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

/* RFC 9562, section 5.4: version 4. */
static struct uuid random_uuid(void)
{
    struct uuid uuid;

    if (getrandom(uuid.b, sizeof uuid.b, 0) != (ssize_t)sizeof uuid.b)
        abort();
    uuid.b[6] = (uint8_t)((uuid.b[6] & 0x0f) | 0x40);
    uuid.b[8] = (uint8_t)((uuid.b[8] & 0x3f) | 0x80);
    return uuid;
}

static bool encode(const struct send_one *one, const char *id, struct arena *arena, struct bytes *value,
                   struct err *err)
{
    const char *reason;

    if (one->schemas != NULL)
        return command_encode_avro(one->schemas, one->schema_id, &one->command, arena, value, &reason) ||
               err_set(err, ERR_STOP, EXIT_DATA, E_SEND_01, "the command cannot be written: %s", reason);
    *value = arena_printf(arena, "{\"command_id\":\"%s\",\"group_id\":%" PRId64 ",\"study_activity_id\":%" PRId64 "}",
                          id, one->command.group_id.value, one->command.study_activity_id.value);
    return true;
}

bool send_one(struct send_one *one, struct err *err)
{
    struct arena arena = {0};
    char id[UUID_TEXT + 1];
    struct bytes value;

    if (one->command.command_id.state == FIELD_ABSENT)
        one->command.command_id = (struct field_uuid){FIELD_VALUE, random_uuid()};
    uuid_format(&one->command.command_id.value, id);
    bool sent = encode(one, id, &arena, &value, err) &&
                sender_send(one->sender, bytes_of(one->key != NULL ? one->key : id), value, 0, err) &&
                sender_finish(one->sender, err);
    arena_free(&arena);
    return sent;
}

void send_one_print(const struct send_one *one, const struct cli *cli, bool awaited)
{
    const struct sent *sent = sender_sent(one->sender);
    char id[UUID_TEXT + 1], place[RECORD_PLACE_TEXT];

    uuid_format(&one->command.command_id.value, id);
    if (!cli->json || awaited) {
        fprintf(cli->json ? stderr : stdout, "%s sent to %s\n", id,
                record_place(cli->config.commands_topic, sent->partition, sent->offset, place));
        return;
    }
    struct json_writer json = json_to_stream(stdout);
    write_object(&json);
    write_member_text(&json, "topic", cli->config.commands_topic);
    write_member_int(&json, "partition", sent->partition);
    write_member_int(&json, "offset", sent->offset);
    write_member_text(&json, "command_id", id);
    write_object_end(&json);
    write_line_end(&json);
}
