/** Brokers and a database in memory: everything that can be seen from outside. */
#ifndef TESTS_LOOP_MODEL_H
#define TESTS_LOOP_MODEL_H

#include "core/batch.h"

#define PARTITIONS 3
#define PROCESSES  2
#define NOBODY     (-1)

/* ---- Kafka ------------------------------------------------------------------------------------------------------- */

enum entry_kind { ENTRY_COMMAND, ENTRY_UNDECODABLE, ENTRY_UNKNOWN_SCHEMA, ENTRY_CONTROL };

/** One offset of the command topic: a record, or a transaction marker of the producer. */
struct entry {
    enum entry_kind kind;
    char *key; /* NULL: none */
    char *value;
    size_t value_len;
    char *echo; /* value of the header `correlation-id`; NULL: none */
    int64_t timestamp_ms;
    struct uuid id; /* the command's id, and what it asks for; 0 is absent */
    int64_t group_id;
    int64_t activity_id;
};

enum txn_state { TXN_OPEN, TXN_PREPARED, TXN_COMMITTED, TXN_ABORTED };

struct txn {
    enum txn_state state;
    int process;
    int64_t begun_ms;
    int64_t ends_ms; /* TXN_PREPARED: when its markers are written */
    bool offsets_sent;
    int64_t next[PARTITIONS]; /* -1: none */
};

/** A record of an event topic or the dead-letter topic, with what the judge needs to know about it. */
struct published {
    size_t txn;
    bool is_copy;  /* a dead-letter copy */
    bool replayed; /* header idempotent-replayed */
    bool bare;     /* the key is the command id */
    bool truncated;
    int32_t partition; /* of the command */
    int64_t offset;
    struct uuid event_id;
    struct uuid command_id;
    char code[32]; /* "" created */
    int64_t session_id;
    char *value;
};

struct broker {
    struct entry *logs[PARTITIONS];
    size_t ends[PARTITIONS];
    struct txn *txns;
    size_t txn_count;
    struct published *events;
    size_t event_count;
    int64_t committed[PARTITIONS]; /* of the group; -1: never */
    int generation;
    bool joining; /* a rebalance waits for its members */
    int owner[PARTITIONS];
    bool member[PROCESSES];
    bool rejoined[PROCESSES];
    int64_t producer_epoch[PROCESSES];
    size_t event_max_bytes; /* the largest record that the topics accept; 0: any */
    size_t copy_max_bytes;
    size_t flush_max; /* how many records get through in the time that there is; 0: any number */
};

/** Appends an entry to a partition. */
void broker_append(int partition, const struct entry *entry);

/** Ends transactions whose time has come: prepared ones, and open ones after the broker's timeout. */
void broker_tick(void);
void broker_free(void);

size_t broker_txn_begin(int process);
void broker_txn_commit(size_t txn);
void broker_txn_abort(size_t txn);
/** init_transactions: fences the predecessor and ends the transaction that it left open. */
int64_t broker_producer_init(int process);
void broker_publish(size_t txn, const struct outbound *out, bool is_copy);
/** True when an unfinished transaction has offsets of that partition: then its committed offset cannot be read. */
bool broker_unstable(int partition);
bool broker_visible(const struct published *published);
/** True when the broker accepts offsets from this member under that generation. */
bool broker_accepts(int process, int generation);

void group_rebalance(void);
/** Takes the session of the process away; the process does not know it yet. */
void group_evict(int process);
/** Call it when a member polls. True: the member has to give up its partitions. */
bool group_poll(int process);

/* ---- PostgreSQL -------------------------------------------------------------------------------------------------- */

struct ledger_entry {
    struct uuid id;
    struct ledger_row row;
    bool durable; /* survives a failover */
};

struct database {
    struct ledger_entry *ledger;
    size_t ledger_count;
    int64_t *sessions; /* ids */
    size_t session_count;
    int64_t sequence;
    int64_t down_until_ms; /* nobody can connect before this time */
};

/** Groups and activities from 1 to here exist. */
#define PARENTS 9
/** The group whose rows a constraint of the operator refuses. */
#define REFUSED_GROUP 7

void database_decide(struct batch *batch, bool durable);
const struct ledger_entry *database_find(const struct uuid *id);
/** Fails over to a standby that has only what was durable. */
void database_failover(void);
void database_free(void);

#endif
