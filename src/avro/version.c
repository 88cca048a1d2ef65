#include "avro/version.h"

/* avro-c does not tell its version, neither at run time nor in its headers: the build asks pkg-config. */
#ifndef AVRO_VERSION
#define AVRO_VERSION "unknown"
#endif

const char *avro_version_text(void)
{
    return AVRO_VERSION;
}
