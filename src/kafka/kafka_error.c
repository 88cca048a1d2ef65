#include "kafka/kafka_error.h"

#include <librdkafka/rdkafka.h>

enum {
    C = 1 << KAFKA_CALL_CONSUME,
    T = 1 << KAFKA_CALL_TRANSACTION,
    D = 1 << KAFKA_CALL_DELIVERY,
    A = 1 << KAFKA_CALL_ADMIN,
    ANY = C | T | D | A,
};

/* What to do. With RETRY, `exit_code` is for a start that gives up. `hint` NULL: there is no advice for a person. */
struct verdict {
    enum err_class class;
    enum exit_code exit_code;
    const char *code;
    const char *hint;
};

/* ---- What only the operator can change --------------------------------------------------------------------------- */

#define FIX_ACL                                                                                                        \
    "fix: allow it for this client's principal (kafka-acls.sh), or log in as another one; deploy/README.md lists "     \
    "what run "                                                                                                        \
    "needs"

static const struct verdict login = {
    ERR_STOP, EXIT_PERMISSION, E_KAFKA_LOGIN,
    "fix: kafka.sasl.username, kafka.sasl.password (or the certificate), kafka.sasl.mechanism\n"
    "  (SCRAM with brokers of version 4 needs librdkafka 2.6.1: sessiond version)"};
static const struct verdict acl_topic = {ERR_STOP, EXIT_PERMISSION, E_KAFKA_ACL_TOPIC, FIX_ACL};
static const struct verdict acl_group = {ERR_STOP, EXIT_PERMISSION, E_KAFKA_ACL_GROUP, FIX_ACL};
static const struct verdict acl_cluster = {ERR_STOP, EXIT_PERMISSION, E_KAFKA_ACL_CLUSTER, FIX_ACL};
static const struct verdict acl_transaction = {ERR_STOP, EXIT_PERMISSION, E_KAFKA_ACL_TRANSACTION, FIX_ACL};
static const struct verdict topic_missing = {ERR_STOP, EXIT_CONFIG, E_TOPIC_01,
                                             "fix: sessiond topics apply, or name an existing topic"};
static const struct verdict topic_name = {ERR_STOP, EXIT_CONFIG, E_TOPIC_02,
                                          "fix: letters, digits, '.', '_' and '-' only, at most 249 of them"};
static const struct verdict topic_settings = {
    ERR_STOP, EXIT_CONFIG, E_TOPIC_03,
    "fix: this topic's own settings (cleanup.policy=delete, message.timestamp.*) refuse such records"};
static const struct verdict topic_policy = {
    ERR_STOP, EXIT_CONFIG, E_TOPIC_04,
    "fix: topics.partitions and topics.replication.factor within what these brokers allow"};
static const struct verdict old_broker = {ERR_STOP, EXIT_CONFIG, E_KAFKA_OLD, "fix: brokers of version 2.5 or newer"};
static const struct verdict session_timeout = {
    ERR_STOP, EXIT_CONFIG, E_KAFKA_SESSION,
    "fix: keep kafka.consumer.session.timeout.ms within the broker's group.min/max.session.timeout.ms"};
static const struct verdict group_taken = {
    ERR_STOP, EXIT_CONFIG, E_KAFKA_GROUP,
    "fix: consumers of another kind are in this group; set group.id to a name of its own"};
static const struct verdict transaction_timeout = {
    ERR_STOP, EXIT_CONFIG, E_KAFKA_TIMEOUT,
    "fix: keep kafka.producer.transaction.timeout.ms within the broker's transaction.max.timeout.ms"};
static const struct verdict receive_limit = {
    ERR_STOP, EXIT_CONFIG, E_INPUT_SIZE,
    "fix: raise kafka.consumer.receive.message.max.bytes above the topic's max.message.bytes"};

/* We must never fight for an identity: two supervisors would fence each other for ever. */
static const struct verdict instance_taken = {
    ERR_STOP, EXIT_FENCED, E_KAFKA_INSTANCE,
    "another process with this instance.id has taken over\n  fix: one instance.id for each process"};

/* Going on would skip the lost records without an answer. */
static const struct verdict input_lost = {
    ERR_STOP, EXIT_DATA, E_INPUT_LOST,
    "these commands are gone (retention, truncation, a recreated topic) and were not answered\n"
    "  fix: find out which, then set where it shall go on: sessiond offsets set"};
static const struct verdict input_corrupt = {
    ERR_STOP, EXIT_DATA, E_INPUT_CORRUPT,
    "the broker's copy of these commands is damaged, and they were not answered\n"
    "  fix: restore the partition from a replica, or set where it shall go on: sessiond offsets set"};

/* ---- What the worker can ----------------------------------------------------------------------------------------- */

/* The broker also fences our own epoch when a transaction timed out (librdkafka has no KIP-588). */
static const struct verdict fenced = {ERR_RENEW, EXIT_FENCED, E_KAFKA_FENCED, NULL};
static const struct verdict unusable = {ERR_RENEW, EXIT_INTERNAL, E_KAFKA_TRANSACTION, NULL};
static const struct verdict fatal = {ERR_RENEW, EXIT_INTERNAL, E_KAFKA_FATAL, NULL};
static const struct verdict consumer_fatal = {ERR_STOP, EXIT_INTERNAL, E_KAFKA_FATAL, NULL};

/* The partition is not ours any more: its new owner reads the same commands. */
static const struct verdict rebalance = {ERR_ABORT, EXIT_TIMEOUT, E_KAFKA_REBALANCE, NULL};
static const struct verdict too_large = {ERR_ABORT, EXIT_DATA, E_KAFKA_TOO_LARGE, NULL};
static const struct verdict undelivered = {ERR_ABORT, EXIT_UNREACHABLE, E_KAFKA_DELIVERY, NULL};

static const struct verdict queue_full = {ERR_RETRY, EXIT_TIMEOUT, E_KAFKA_QUEUE, NULL};
static const struct verdict poll_late = {ERR_RETRY, EXIT_TIMEOUT, E_KAFKA_POLL, NULL};
static const struct verdict unstable = {ERR_RETRY, EXIT_UNREACHABLE, E_KAFKA_UNSTABLE, NULL};
static const struct verdict down = {ERR_RETRY, EXIT_UNREACHABLE, E_KAFKA_DOWN, NULL};

/* ---- The rules --------------------------------------------------------------------------------------------------- */

struct rule {
    unsigned calls;
    rd_kafka_resp_err_t cause;
    const struct verdict *verdict;
};

#define ON(code) RD_KAFKA_RESP_ERR_##code

/* The first rule that matches decides. */
static const struct rule rules[] = {
    {ANY,   ON(_AUTHENTICATION),                       &login              },
    {ANY,   ON(SASL_AUTHENTICATION_FAILED),            &login              },
    {ANY,   ON(UNSUPPORTED_SASL_MECHANISM),            &login              },
    {ANY,   ON(TOPIC_AUTHORIZATION_FAILED),            &acl_topic          },
    {ANY,   ON(GROUP_AUTHORIZATION_FAILED),            &acl_group          },
    {ANY,   ON(CLUSTER_AUTHORIZATION_FAILED),          &acl_cluster        },
    {ANY,   ON(TRANSACTIONAL_ID_AUTHORIZATION_FAILED), &acl_transaction    },
    {ANY,   ON(UNKNOWN_TOPIC_OR_PART),                 &topic_missing      },
    {ANY,   ON(_UNKNOWN_TOPIC),                        &topic_missing      },
    {ANY,   ON(_UNKNOWN_PARTITION),                    &topic_missing      },
    {ANY,   ON(TOPIC_EXCEPTION),                       &topic_name         },
    {ANY,   ON(UNSUPPORTED_VERSION),                   &old_broker         },
    {ANY,   ON(_UNSUPPORTED_FEATURE),                  &old_broker         },

    {C,     ON(INVALID_SESSION_TIMEOUT),               &session_timeout    },
    {C,     ON(INCONSISTENT_GROUP_PROTOCOL),           &group_taken        },
    {C,     ON(INVALID_GROUP_ID),                      &group_taken        },
    {C,     ON(_AUTO_OFFSET_RESET),                    &input_lost         },
    {C,     ON(OFFSET_OUT_OF_RANGE),                   &input_lost         },
    {C,     ON(_BAD_MSG),                              &input_corrupt      },
    {C,     ON(_BAD_COMPRESSION),                      &input_corrupt      },
    {C,     ON(_UNDERFLOW),                            &input_corrupt      },
    {C,     ON(_NOT_IMPLEMENTED),                      &input_corrupt      },
    {C,     ON(INVALID_MSG),                           &input_corrupt      },
    {C,     ON(UNSUPPORTED_COMPRESSION_TYPE),          &input_corrupt      },
    {C,     ON(MSG_SIZE_TOO_LARGE),                    &receive_limit      },
    {C,     ON(_MAX_POLL_EXCEEDED),                    &poll_late          },
    {C,     ON(_FATAL),                                &consumer_fatal     },

    {C | T, ON(FENCED_INSTANCE_ID),                    &instance_taken     },
    {C | T, ON(ILLEGAL_GENERATION),                    &rebalance          },
    {C | T, ON(UNKNOWN_MEMBER_ID),                     &rebalance          },
    {C | T, ON(REBALANCE_IN_PROGRESS),                 &rebalance          },
    {C | T, ON(_ASSIGNMENT_LOST),                      &rebalance          },

    {T,     ON(INVALID_TRANSACTION_TIMEOUT),           &transaction_timeout},
    {T | D, ON(_FENCED),                               &fenced             },
    {T | D, ON(PRODUCER_FENCED),                       &fenced             },
    {T | D, ON(INVALID_PRODUCER_EPOCH),                &fenced             },
    {T | D, ON(INVALID_TXN_STATE),                     &unusable           },
    {T | D, ON(INVALID_PRODUCER_ID_MAPPING),           &unusable           },
    {T | D, ON(_GAPLESS_GUARANTEE),                    &unusable           },
    {T | D, ON(_STATE),                                &unusable           },
    {T | D, ON(_CONFLICT),                             &unusable           },
    {T | D, ON(_FATAL),                                &fatal              },
    {T | D, ON(MSG_SIZE_TOO_LARGE),                    &too_large          },
    {T | D, ON(INVALID_MSG_SIZE),                      &too_large          },
    {T | D, ON(RECORD_LIST_TOO_LARGE),                 &too_large          },
    {T | D, ON(INVALID_RECORD),                        &topic_settings     },
    {T | D, ON(INVALID_TIMESTAMP),                     &topic_settings     },
    {T | D, ON(POLICY_VIOLATION),                      &topic_settings     },
    {T | D, ON(_QUEUE_FULL),                           &queue_full         },

    {C | T, ON(_TRANSPORT),                            &down               },
    {C | T, ON(_ALL_BROKERS_DOWN),                     &down               },
    {C | T, ON(_RESOLVE),                              &down               },
    {C | T, ON(_TIMED_OUT),                            &down               },
    {C | T, ON(_WAIT_COORD),                           &down               },
    {C | T, ON(REQUEST_TIMED_OUT),                     &down               },
    {C | T, ON(NETWORK_EXCEPTION),                     &down               },
    {C | T, ON(COORDINATOR_NOT_AVAILABLE),             &down               },
    {C | T, ON(COORDINATOR_LOAD_IN_PROGRESS),          &down               },
    {C | T, ON(NOT_COORDINATOR),                       &down               },
    {C | T, ON(UNSTABLE_OFFSET_COMMIT),                &unstable           },
    {C | T, ON(CONCURRENT_TRANSACTIONS),               &unstable           },

    {A,     ON(INVALID_REPLICATION_FACTOR),            &topic_policy       },
    {A,     ON(INVALID_PARTITIONS),                    &topic_policy       },
    {A,     ON(INVALID_CONFIG),                        &topic_policy       },
    {A,     ON(POLICY_VIOLATION),                      &topic_policy       },
};

/*
 * For errors that no rule names. The consumer: librdkafka goes on by itself. A tool's request: ask again while there is
 * time. A transaction: rdkafka.h says to treat an error without a flag as fatal. A delivery report: that record has
 * failed, and its transaction with it.
 */
static const struct verdict *const otherwise[] = {
    [KAFKA_CALL_CONSUME] = &down,
    [KAFKA_CALL_TRANSACTION] = &unusable,
    [KAFKA_CALL_DELIVERY] = &undelivered,
    [KAFKA_CALL_ADMIN] = &down,
};

/* NULL: no rule names it. */
static const struct verdict *ruled(enum kafka_call call, rd_kafka_resp_err_t cause)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].cause == cause && rules[i].calls & (1u << call))
            return rules[i].verdict;
    return NULL;
}

static const struct verdict *verdict_of(enum kafka_call call, rd_kafka_resp_err_t cause)
{
    const struct verdict *verdict = ruled(call, cause);

    return verdict != NULL ? verdict : otherwise[call];
}

bool kafka_error_is_ruled(enum kafka_call call, int code)
{
    return ruled(call, (rd_kafka_resp_err_t)code) != NULL;
}

/* STOP takes precedence over librdkafka's flag: it calls a missing ACL "abortable", and we would abort for ever. */
static enum err_class class_of(const struct verdict *verdict, enum kafka_flag flag)
{
    if (verdict->class == ERR_STOP)
        return ERR_STOP;
    switch (flag) {
    case KAFKA_FLAG_REQUIRES_ABORT: return ERR_ABORT;
    case KAFKA_FLAG_RETRIABLE: return ERR_RETRY;
    case KAFKA_FLAG_FATAL: return ERR_RENEW;
    case KAFKA_FLAG_NONE: break;
    }
    return verdict->class;
}

static enum err_reason reason_of(const struct verdict *verdict)
{
    return verdict == &login           ? REASON_LOGIN
           : verdict == &topic_missing ? REASON_NO_TOPIC
           : verdict == &fenced        ? REASON_FENCED
           : verdict == &too_large     ? REASON_TOO_LARGE
           : verdict == &rebalance     ? REASON_REBALANCE
                                       : REASON_NONE;
}

bool kafka_error_classify(struct err *err, enum kafka_call call, int code, enum kafka_flag flag, const char *text,
                          const char *what)
{
    rd_kafka_resp_err_t cause = (rd_kafka_resp_err_t)code;
    const struct verdict *verdict = verdict_of(call, cause);
    const char *hint = verdict->hint != NULL ? verdict->hint : "";

    (void)err_set(err, class_of(verdict, flag), verdict->exit_code, verdict->code, "%s: %s (%s)%s%s", what,
                  text != NULL ? text : rd_kafka_err2str(cause), rd_kafka_err2name(cause), *hint ? "\n  " : "", hint);
    err->reason = reason_of(verdict);
    return false;
}

bool kafka_error_code(struct err *err, enum kafka_call call, int code, const char *what)
{
    return kafka_error_classify(err, call, code, KAFKA_FLAG_NONE, NULL, what);
}

static enum kafka_flag flag_of(const rd_kafka_error_t *error)
{
    if (rd_kafka_error_txn_requires_abort(error))
        return KAFKA_FLAG_REQUIRES_ABORT;
    if (rd_kafka_error_is_retriable(error))
        return KAFKA_FLAG_RETRIABLE;
    return rd_kafka_error_is_fatal(error) ? KAFKA_FLAG_FATAL : KAFKA_FLAG_NONE;
}

bool kafka_error_object(struct err *err, enum kafka_call call, struct rd_kafka_error_s *error, const char *what)
{
    kafka_error_classify(err, call, rd_kafka_error_code(error), flag_of(error), rd_kafka_error_string(error), what);
    rd_kafka_error_destroy(error);
    return false;
}

bool kafka_error_fatal(struct err *err, enum kafka_call call, struct rd_kafka_s *rk, const char *what)
{
    char text[512];
    rd_kafka_resp_err_t cause = rd_kafka_fatal_error(rk, text, sizeof text);

    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_error_code(err, call, RD_KAFKA_RESP_ERR__FATAL, what);
    return kafka_error_classify(err, call, (int)cause, KAFKA_FLAG_FATAL, text, what);
}
