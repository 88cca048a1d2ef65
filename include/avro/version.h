/** The version of avro-c that this program was built with. */
#ifndef AVRO_VERSION_H
#define AVRO_VERSION_H

/** E.g. "1.11.1"; static. */
const char *avro_version_text(void);

#endif
