#include "kafka/client_log.h"

#include "runtime/log.h"

#include <librdkafka/rdkafka.h>
#include <string.h>

static enum log_level level_of_syslog(int level)
{
    if (level <= 3)
        return LOG_ERROR;
    if (level == 4)
        return LOG_WARNING;
    return level <= 6 ? LOG_INFO : LOG_DEBUG;
}

/*
 * A lost connection is reported to the error callback too, and a failed transaction to the next call; the code there
 * says what it means. And `kafka.*` goes to every client by contract, so "is a consumer property and will be ignored"
 * is no news.
 */
static bool is_detail(const char *facility, const char *text)
{
    return strcmp(facility, "FAIL") == 0 || strcmp(facility, "TXNERR") == 0 || strcmp(facility, "FATAL") == 0 ||
           (strcmp(facility, "CONFWARN") == 0 && strstr(text, "will be ignored by this") != NULL);
}

/* Runs on any of librdkafka's threads. */
static void log_as_told(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    enum log_level ours = is_detail(facility, text) ? LOG_DEBUG : level_of_syslog(level);

    /* It only names the partitions of the transaction; what follows from it comes with the transaction's error. */
    if (strcmp(facility, "ADDPARTS") == 0)
        ours = LOG_WARNING;

    log_line(ours, E_KAFKA_CLIENT, "%s: %s: %s", rd_kafka_name(rk), facility, text);
}

/*
 * Runs on any of librdkafka's threads. A tool reports its own failure to the person, once; the library's lines are only
 * details.
 */
static void log_as_detail(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)level;
    log_line(LOG_DEBUG, NULL, "%s: %s: %s", rd_kafka_name(rk), facility, text);
}

void client_log_to_ours(struct rd_kafka_conf_s *conf, bool is_tool)
{
    rd_kafka_conf_set_log_cb(conf, is_tool ? log_as_detail : log_as_told);
}
