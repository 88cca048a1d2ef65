/**
 * SHA-256 (FIPS 180-4), for fingerprints of schemas. Pure.
 */
#ifndef CORE_SHA256_H
#define CORE_SHA256_H

#include "core/bytes.h"

void sha256(struct bytes message, uint8_t digest[static 32]);

#endif
