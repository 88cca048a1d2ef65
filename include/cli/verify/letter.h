/** Dead letters and the events that ask for them, brought together by the first place of the command. */
#ifndef CLI_VERIFY_LETTER_H
#define CLI_VERIFY_LETTER_H

#include "cli/verify/verify.h"

enum letter_kind {
    LETTER_DUE,    /* an event asks for one */
    LETTER_THERE,  /* one is there */
    LETTER_UNSURE, /* one may be there: its event is in flight or gone */
};

/** Sorted by place, code and kind. For LETTER_UNSURE the code is 0: it is about all codes. */
struct letter {
    struct place place;
    uint8_t code;
    uint8_t kind;
    struct place command; /* LETTER_DUE: the record that was answered */
    struct position at;   /* of the event, or of the dead letter */
    struct uuid command_id;
    uint64_t content_hash;
    bool cut; /* LETTER_THERE: something did not fit, so its content says nothing */
};

#define LETTER_KEY (sizeof(struct place) + 2)

/** A record of the dead-letter topic. False: ERR_STOP. */
MUSTUSE bool letter_read(struct verify *verify, const struct record *record, struct err *err);

/** An event that answers a command which is there. */
MUSTUSE bool letter_due(struct verify *verify, const struct place *letter, const struct place *command,
                        uint64_t content_hash, const struct event_digest *event, struct err *err);

/** Whatever stands in the dead-letter topic about this place is not judged. */
MUSTUSE bool letter_unsure(struct verify *verify, const struct place *letter, struct err *err);

#endif
