#include "cli/parts/own_config.h"

#include "core/text.h"

#include <stdlib.h>

void own_config_make(struct config *own, const struct config *config, const char *name)
{
    static char *no_topics[] = {NULL};
    static char nothing[] = "";

    *own = *config;
    own->group_id = config_group_beside(config, name);
    /* An instance.id never begins with a slash, so no worker has this id. */
    own->transactional_id = text_printf("%s//%s", config->group_id, name);
    own->instance_auto = true;
    own->instance_id = nothing;
    own->dlq_topic = nothing;
    own->events_reply_topics = no_topics;
    own->events_delivery = DELIVERY_EXACTLY_ONCE;
}

void own_config_free(struct config *own)
{
    free(own->group_id);
    free(own->transactional_id);
}
