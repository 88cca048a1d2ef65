/** Brings dead letters and the events that require them together, by the first place of the command. */
#ifndef CLI_VERIFY_LETTER_H
#define CLI_VERIFY_LETTER_H

#include "cli/verify/verify.h"

enum letter_kind {
    LETTER_DUE,    /* an event requires one */
    LETTER_THERE,  /* one exists */
    LETTER_UNSURE, /* one may exist: its event is in flight or gone */
};

/** Sorted by place, code and kind. LETTER_UNSURE has the code 0 and stands for all codes. */
struct letter {
    struct place place;
    uint8_t code;
    uint8_t kind;
    struct place command; /* for LETTER_DUE: the record that was answered */
    struct position at;   /* of the event, or of the dead letter */
    struct uuid command_id;
    uint64_t content_hash;
    bool cut; /* for LETTER_THERE: something did not fit, so its content proves nothing */
};

#define LETTER_KEY (sizeof(struct place) + 2)

/** Takes a record of the dead-letter topic. False: ERR_STOP. */
MUSTUSE bool letter_read(struct verify *verify, const struct record *record, struct err *err);

/** Takes an event that answers an existing command and requires a letter. False: ERR_STOP. */
MUSTUSE bool letter_due(struct verify *verify, const struct place *letter, const struct place *command,
                        uint64_t content_hash, const struct event_digest *event, struct err *err);

/** Marks a place whose letters are not judged. False: ERR_STOP. */
MUSTUSE bool letter_unsure(struct verify *verify, const struct place *letter, struct err *err);

#endif
