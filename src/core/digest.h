/*
 * digest: hashes over memory, by name.
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

#include <stddef.h>
#include <stdint.h>

#define DIGEST_MOST 64

struct digest {
    const char *name;
    size_t size; /* bytes of the result, at most DIGEST_MOST */
    void (*make)(const unsigned char *data, size_t len, unsigned char *result);
};

/* The digest of that name, or NULL. */
const struct digest *digest_find(const char *name);

/* The name of that number, from 0; NULL behind the last one. */
const char *digest_name(size_t number);

/*
 * Puts digest->size bytes at result. Memory is read once and never outside of [data, data + len); data may be
 * NULL when len is 0.
 */
void digest_make(const struct digest *digest, const unsigned char *data, uint64_t len,
                 unsigned char result[DIGEST_MOST]);

#endif
