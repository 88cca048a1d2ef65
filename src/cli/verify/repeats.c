/*
 * Which repeated answers a rewind explains.
 *
 * The walk goes from the last record of a partition to the first, because of what a rewind leaves behind. The group
 * continues from where it was set, and leaves nothing out. So of two records the later one has the later last answer;
 * only where the group stands now, the records after it have older answers. A `replay` may stop anywhere; where one was
 * made, the order of repeats proves nothing. So a record that was answered more often than a record after it, and whose
 * last answer is later than that one's, was answered once too often.
 *
 * Besides, a transaction answers a record once, so between two answers in one partition a transaction ends. Its marker
 * takes an offset there, also between the last answer and the end.
 */
#include "cli/verify/repeats.h"

#include "core/memory.h"

#include <inttypes.h>
#include <stdlib.h>

static size_t line_count(const struct scope *scope)
{
    return (size_t)scope->topics[0].count + (size_t)(scope->topic_count == 1 ? 0 : scope->topics[1].count);
}

static struct line *line_of(const struct walk_back *walk, const struct position *at)
{
    return &walk->way.lines[(at->topic == 0 ? 0 : walk->verify->scope.topics[0].count) + at->partition];
}

static void forget_lines(struct walk_back *walk)
{
    memset(walk->way.lines, 0, line_count(&walk->verify->scope) * sizeof *walk->way.lines);
    walk->way.all.count = 0;
}

void walk_enter(struct walk_back *walk, const struct place *place)
{
    int32_t partition = place_partition(place);

    if (walk->way.scope != NULL && walk->way.partition == partition)
        return;
    walk->way = (struct way){
        .partition = partition, .scope = scope_partition(&walk->verify->scope, place), .lines = walk->way.lines};
    forget_lines(walk);
}

static void find_doubled(struct verify *verify, const struct answered *answered, const char *why)
{
    const struct ref refs[3] = {
        verify_command_ref(verify, &answered->command.place),
        verify_event_ref(verify, &answered->answers.first),
        verify_event_ref(verify, &answered->answers.last),
    };

    findings_add(verify->findings, 3, "DOUBLED_EVENT", refs, 3, "a command is answered %" PRIu32 " times: %s",
                 answered->answers.count, why);
}

/* Clocks of several hosts, or a clock that was set back, prove nothing about the order in two partitions. */
static bool is_out_of_line(const struct walk_back *walk, const struct answers *answers)
{
    const struct line *here = line_of(walk, &answers->last), *all = &walk->way.all;

    if (walk->way.scope->replayed)
        return false;
    return (here->count > 0 && answers->count > here->count && position_before(&here->least, &answers->last)) ||
           (all->count > 0 && answers->count > all->count && !walk->verify->scope.clocks_differ &&
            all->least.timestamp_ms < answers->last.timestamp_ms);
}

static void remember(struct walk_back *walk, const struct answers *answers)
{
    struct line *here = line_of(walk, &answers->last), *all = &walk->way.all;

    if (here->count == 0 || position_before(&answers->last, &here->least))
        *here = (struct line){answers->count, answers->last};
    if (all->count == 0 || answers->last.timestamp_ms < all->least.timestamp_ms)
        *all = (struct line){answers->count, answers->last};
}

void walk_check_repeats(struct walk_back *walk, const struct answered *answered)
{
    const struct answers *answers = &answered->answers;
    int64_t offset = place_offset(&answered->command.place);
    bool in_flight = offset >= walk->way.scope->low && offset < walk->way.scope->high;

    if (!scope_exactly_once(&walk->verify->scope) || in_flight)
        return;
    /* What is committed may be older or younger than what comes after it. */
    if (walk->way.beyond && offset < walk->way.scope->low)
        forget_lines(walk);
    walk->way.beyond = offset >= walk->way.scope->high;
    if (answers->count > 1 && is_out_of_line(walk, answers))
        find_doubled(walk->verify, answered, "the records after it are not, so no rewind has done it");
    else if (answers->joined)
        find_doubled(walk->verify, answered, "no transaction ends between two of them");
    else if (answers->count > 1 && scope_outside_transaction(&walk->verify->scope, &answers->last))
        find_doubled(walk->verify, answered, "the last event is not part of a transaction");
    else
        remember(walk, answers);
}

void walk_init(struct walk_back *walk, struct verify *verify)
{
    *walk = (struct walk_back){.verify = verify};
    walk->way.lines = memory_zeroed(line_count(&verify->scope), sizeof *walk->way.lines);
}

void walk_free(struct walk_back *walk)
{
    free(walk->way.lines);
}
