/* The secrets that are set, and where: for who looks at how they are kept. */
#include "config/config_table.h"

#include "config/secret.h"
#include "core/text.h"

#include <stdlib.h>

void config_each_secret(const struct config *config, void (*take)(void *opaque, const struct config_secret *secret),
                        void *opaque)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_origin *origin = &config->origins[i];
        if (config_keys[i].secret && origin->value != NULL && *origin->value != 0)
            take(opaque, &(struct config_secret){config_keys[i].name, origin->origin, origin->file});
    }
    for (size_t i = 0; i < config->kafka_count; i++) {
        const struct kafka_property *property = &config->kafka[i];
        char *key = text_printf("%s%s", config_kafka_prefix(property->scope), property->name);
        if (secret_property(property->name) && *property->value != 0)
            take(opaque, &(struct config_secret){key, property->origin, property->file});
        free(key);
    }
}
