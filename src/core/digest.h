/*
 * digest: hashes over an image's bytes, by name.
 *
 *     md5 sha1 sha224 sha256 sha384 sha512     libcrypto
 *     blake2b (512 bits) blake2s (256 bits)    libb2
 *     xxh3 xxh64 (64 bits) xxh128 xxh3-128     xxHash with seed 0; the result's most significant byte first
 *
 * libcrypto's functions of each digest are taken, not those of EVP, which bring in every algorithm that
 * OpenSSL has: 3.5 MB, and 17,000 relocations that each start of the program would have to make.
 */
#ifndef SUTURE_DIGEST_H
#define SUTURE_DIGEST_H

#include "image.h"

#include <stddef.h>
#include <stdint.h>

#define DIGEST_MOST 64

union digest_state;

struct digest {
    const char *name;
    size_t size; /* bytes of the result, at most DIGEST_MOST */
    void (*begin)(union digest_state *state);
    void (*add)(union digest_state *state, const unsigned char *data, size_t len);
    void (*end)(union digest_state *state, unsigned char *result);
};

/* The digest of that name, or NULL. */
const struct digest *digest_find(const char *name);

/* The name of that number, from 0; NULL behind the last one. */
const char *digest_name(size_t number);

/*
 * Puts digest->size bytes at result: the digest of [off, off + len), which lies in the image. The bytes are read
 * once, part by part (window.h).
 */
void digest_make(const struct digest *digest, const struct image *image, uint64_t off, uint64_t len,
                 unsigned char result[DIGEST_MOST]);

#endif
