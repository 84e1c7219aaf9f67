/* digest: see digest.h. */
#include "digest.h"

#include <string.h>

/* Not deprecated for what they compute, but for being reached without EVP. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <blake2.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static void make_md5(const unsigned char *data, size_t len, unsigned char *result)
{
    MD5_CTX state;
    MD5_Init(&state);
    MD5_Update(&state, data, len);
    MD5_Final(result, &state);
}

static void make_sha1(const unsigned char *data, size_t len, unsigned char *result)
{
    SHA_CTX state;
    SHA1_Init(&state);
    SHA1_Update(&state, data, len);
    SHA1_Final(result, &state);
}

static void make_sha224(const unsigned char *data, size_t len, unsigned char *result)
{
    SHA256_CTX state;
    SHA224_Init(&state);
    SHA224_Update(&state, data, len);
    SHA224_Final(result, &state);
}

static void make_sha256(const unsigned char *data, size_t len, unsigned char *result)
{
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, data, len);
    SHA256_Final(result, &state);
}

static void make_sha384(const unsigned char *data, size_t len, unsigned char *result)
{
    SHA512_CTX state;
    SHA384_Init(&state);
    SHA384_Update(&state, data, len);
    SHA384_Final(result, &state);
}

static void make_sha512(const unsigned char *data, size_t len, unsigned char *result)
{
    SHA512_CTX state;
    SHA512_Init(&state);
    SHA512_Update(&state, data, len);
    SHA512_Final(result, &state);
}

static void make_blake2b(const unsigned char *data, size_t len, unsigned char *result)
{
    blake2b(result, data, NULL, BLAKE2B_OUTBYTES, len, 0);
}

static void make_blake2s(const unsigned char *data, size_t len, unsigned char *result)
{
    blake2s(result, data, NULL, BLAKE2S_OUTBYTES, len, 0);
}

static void make_xxh64(const unsigned char *data, size_t len, unsigned char *result)
{
    XXH64_canonical_t canonical;
    XXH64_canonicalFromHash(&canonical, XXH64(data, len, 0));
    memcpy(result, canonical.digest, sizeof canonical.digest);
}

static void make_xxh3(const unsigned char *data, size_t len, unsigned char *result)
{
    XXH64_canonical_t canonical;
    XXH64_canonicalFromHash(&canonical, XXH3_64bits(data, len));
    memcpy(result, canonical.digest, sizeof canonical.digest);
}

static void make_xxh128(const unsigned char *data, size_t len, unsigned char *result)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, len));
    memcpy(result, canonical.digest, sizeof canonical.digest);
}

static const struct digest DIGESTS[] = {
    {"md5", 16, make_md5},         {"sha1", 20, make_sha1},       {"sha224", 28, make_sha224},
    {"sha256", 32, make_sha256},   {"sha384", 48, make_sha384},   {"sha512", 64, make_sha512},
    {"blake2b", 64, make_blake2b}, {"blake2s", 32, make_blake2s}, {"xxh64", 8, make_xxh64},
    {"xxh3", 8, make_xxh3},        {"xxh3-128", 16, make_xxh128}, {"xxh128", 16, make_xxh128},
};

#define DIGEST_COUNT (sizeof DIGESTS / sizeof *DIGESTS)

const struct digest *digest_find(const char *name)
{
    for (size_t i = 0; i < DIGEST_COUNT; i++)
        if (strcmp(DIGESTS[i].name, name) == 0)
            return &DIGESTS[i];
    return NULL;
}

const char *digest_name(size_t number)
{
    return number < DIGEST_COUNT ? DIGESTS[number].name : NULL;
}

void digest_make(const struct digest *digest, const unsigned char *data, uint64_t len,
                 unsigned char result[DIGEST_MOST])
{
    digest->make(data, (size_t)len, result);
}
