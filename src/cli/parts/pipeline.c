#include "cli/parts/pipeline.h"

bool pipeline_open(struct pipeline *pipeline, struct worker_parts *parts, const struct codecs *codecs,
                   struct replay *replay, struct err *err)
{
    const struct config *config = parts->config;

    pipeline->store = store_new(config);
    pipeline->source = replay == NULL ? source_open(config, err) : source_open_replay(config, replay, err);
    pipeline->sink = pipeline->source == NULL ? NULL : sink_open(config, err);
    if (pipeline->sink == NULL)
        return false;
    parts->source = pipeline->source;
    parts->sink = pipeline->sink;
    parts->store = pipeline->store;
    parts->decode = &codecs->decode;
    parts->registry = codecs->registry;
    parts->encoder = codecs->encoder;
    pipeline->worker = worker_new(parts);
    return true;
}

void pipeline_close(struct pipeline *pipeline)
{
    worker_free(pipeline->worker);
    source_close(pipeline->source);
    sink_close(pipeline->sink);
    store_free(pipeline->store);
    *pipeline = (struct pipeline){0};
}
