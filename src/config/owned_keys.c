#include "config/owned_keys.h"

#include "core/text.h"

#include <stddef.h>
#include <string.h>

/*
 * These are close to the list but not in it: max.in.flight.requests.per.connection and the retries (librdkafka itself
 * refuses values that break idempotence), transaction.timeout.ms, session.timeout.ms and others that change when
 * something happens, not what happens.
 */
static const struct owned_key {
    const char *property;
    const char *reason;
} owned_keys[] = {
  /* The producer: a crash must neither double nor lose an event. */
    {"enable.idempotence",            "it is always on: without it a retried request publishes an event twice"                   },
    {"transactional.id",              "it is <group.id>/<instance.id>, so that a restart fences its predecessor; set instance.id"},
    {"acks",                          "it is always all: an event that one broker loses would be lost"                           },
    {"request.required.acks",         "it is always all: an event that one broker loses would be lost"                           },
    {"enable.gapless.guarantee",      "it is always off: a lost event aborts its transaction, which is published again"          },
    {"delivery.report.only.error",
     "it is always off: every event's delivery is checked before its offset is committed"                                        },
    {"queuing.strategy",              "it is always fifo: events of a key come in the order of its commands"                     },
    {"partitioner",                   "it is always murmur2_random, as in Java clients: a key keeps its partition whoever writes"},
    {"msg_order_cmp",                 "events of a key come in the order of its commands"                                        },

 /* Where reading continues: offsets are committed only in the transaction that carries the events. */
    {"enable.auto.commit",            "it is always off: offsets are committed only together with the events"                    },
    {"auto.commit.enable",            "it is always off: offsets are committed only together with the events"                    },
    {"enable.auto.offset.store",      "it is always off: offsets are committed only together with the events"                    },
    {"offset.store.method",           "offsets are committed only together with the events, to the broker"                       },
    {"offset.store.path",             "offsets are committed only together with the events, to the broker"                       },
    {"auto.offset.reset",             "a group without offsets starts at the beginning; lost offsets stop it instead of skipping"},
    {"isolation.level",               "it is always read_committed: a command of an aborted transaction was never sent"          },
    {"check.crcs",                    "it is always on: a damaged record must not be read as a command"                          },
    {"enable.partition.eof",          "it is always off: an end of partition is no record"                                       },

 /* Who reads what: the group. */
    {"group.id",                      "set group.id, without the prefix: it is also part of the transactional id"                },
    {"group.instance.id",             "set instance.id: it is also part of the transactional id"                                 },
    {"partition.assignment.strategy", "it is range,roundrobin: a rebalance gives up every partition before it assigns"           },
    {"group.protocol",                "it is classic: a rebalance gives up every partition before it assigns"                    },
    {"group.remote.assignor",         "a rebalance gives up every partition before it assigns"                                   },

    {"allow.auto.create.topics",      "it is always off: topics are created by sessiond topics apply, never by reading"          },
};

const char *owned_key_reason(const char *property)
{
    /* librdkafka also accepts properties of topics with this prefix. */
    if (text_begins(property, "topic."))
        property += strlen("topic.");
    for (size_t i = 0; i < sizeof owned_keys / sizeof *owned_keys; i++)
        if (strcmp(owned_keys[i].property, property) == 0)
            return owned_keys[i].reason;
    return NULL;
}
