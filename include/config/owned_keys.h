/**
 * The librdkafka properties that only the program sets, because its guarantees rest on them.
 *
 * They are refused wherever they are set, even with the value that they have anyway: a file that sets them was written
 * for another program, and its author should know.
 */
#ifndef CONFIG_OWNED_KEYS_H
#define CONFIG_OWNED_KEYS_H

/**
 * Why the property (without `kafka.` prefix, with or without `topic.`) cannot be set, and what to do instead; NULL when
 * it can. Static.
 */
const char *owned_key_reason(const char *property);

#endif
