/* Where a command asks for a copy of its event. */
#include "codec/reply.h"

#include "table.h"

static const char *const names[] = {"replies-a", "replies-b", NULL};
static char *const *const topics = (char *const *)(uintptr_t)names;

static const char *topic_for(const char *value)
{
    struct header headers[] = {
        {bytes_of("other"),            bytes_of("replies-a")},
        {bytes_of("kafka_replyTopic"), bytes_of(value)      }
    };
    struct record record = {.headers = headers, .header_count = 2};

    return reply_topic(topics, &record);
}

START_TEST(only_a_topic_of_the_configuration_is_replied_to)
{
    ck_assert_str_eq(topic_for("replies-b"), "replies-b");
    ck_assert_ptr_null(topic_for("replies"));
    ck_assert_ptr_null(topic_for("replies-bb"));
    ck_assert_ptr_null(topic_for(""));
    ck_assert_ptr_null(topic_for(NULL));
    ck_assert_ptr_null(reply_topic(topics, &(struct record){0}));
}
END_TEST

static int32_t partition_for(const char *bytes, size_t length)
{
    struct header header = {
        bytes_of("kafka_replyPartition"), {(const uint8_t *)bytes, length}
    };
    struct record record = {.headers = &header, .header_count = 1};

    return reply_partition(&record);
}

START_TEST(a_partition_is_four_bytes_in_network_order)
{
    ck_assert_int_eq(partition_for("\0\0\1\2", 4), 258);
    ck_assert_int_eq(partition_for("\x7f\xff\xff\xff", 4), INT32_MAX);
    ck_assert_int_eq(partition_for("\xff\xff\xff\xff", 4), -1);
    ck_assert_int_eq(partition_for("\x80\0\0\0", 4), -1);
    ck_assert_int_eq(partition_for("3", 1), -1);
    ck_assert_int_eq(partition_for("\0\0\0\0\3", 5), -1);
    ck_assert_int_eq(partition_for(NULL, 0), -1);
    ck_assert_int_eq(reply_partition(&(struct record){0}), -1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reply");
    TCase *tcase = tcase_create("reply");

    tcase_add_test(tcase, only_a_topic_of_the_configuration_is_replied_to);
    tcase_add_test(tcase, a_partition_is_four_bytes_in_network_order);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}
