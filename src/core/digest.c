/* digest: see digest.h. */
#include "digest.h"

#include "window.h"

#include <string.h>

/* Not deprecated for what they compute, but for being reached without EVP. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <blake2.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* A digest under way. */
union digest_state {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
    SHA512_CTX sha512;
    blake2b_state blake2b;
    blake2s_state blake2s;
    XXH64_state_t xxh64;
    XXH3_state_t xxh3;
};

/* The three steps of one algorithm, from a library whose names differ by the prefix alone. */
#define LIBCRYPTO(name, prefix, field)                                                             \
    static void name##_begin(union digest_state *state)                                            \
    {                                                                                              \
        prefix##_Init(&state->field);                                                              \
    }                                                                                              \
    static void name##_add(union digest_state *state, const unsigned char *data, size_t len)       \
    {                                                                                              \
        prefix##_Update(&state->field, data, len);                                                 \
    }                                                                                              \
    static void name##_end(union digest_state *state, unsigned char *result)                       \
    {                                                                                              \
        prefix##_Final(result, &state->field);                                                     \
    }

LIBCRYPTO(md5, MD5, md5)
LIBCRYPTO(sha1, SHA1, sha1)
LIBCRYPTO(sha224, SHA224, sha256)
LIBCRYPTO(sha256, SHA256, sha256)
LIBCRYPTO(sha384, SHA384, sha512)
LIBCRYPTO(sha512, SHA512, sha512)

static void blake2b_begin(union digest_state *state)
{
    blake2b_init(&state->blake2b, BLAKE2B_OUTBYTES);
}

static void blake2b_add(union digest_state *state, const unsigned char *data, size_t len)
{
    blake2b_update(&state->blake2b, data, len);
}

static void blake2b_end(union digest_state *state, unsigned char *result)
{
    blake2b_final(&state->blake2b, result, BLAKE2B_OUTBYTES);
}

static void blake2s_begin(union digest_state *state)
{
    blake2s_init(&state->blake2s, BLAKE2S_OUTBYTES);
}

static void blake2s_add(union digest_state *state, const unsigned char *data, size_t len)
{
    blake2s_update(&state->blake2s, data, len);
}

static void blake2s_end(union digest_state *state, unsigned char *result)
{
    blake2s_final(&state->blake2s, result, BLAKE2S_OUTBYTES);
}

static void xxh64_begin(union digest_state *state)
{
    XXH64_reset(&state->xxh64, 0);
}

static void xxh64_add(union digest_state *state, const unsigned char *data, size_t len)
{
    XXH64_update(&state->xxh64, data, len);
}

static void xxh64_end(union digest_state *state, unsigned char *result)
{
    XXH64_canonical_t canonical;
    XXH64_canonicalFromHash(&canonical, XXH64_digest(&state->xxh64));
    memcpy(result, canonical.digest, sizeof canonical.digest);
}

static void xxh3_begin(union digest_state *state)
{
    XXH3_64bits_reset(&state->xxh3);
}

static void xxh3_add(union digest_state *state, const unsigned char *data, size_t len)
{
    XXH3_64bits_update(&state->xxh3, data, len);
}

static void xxh3_end(union digest_state *state, unsigned char *result)
{
    XXH64_canonical_t canonical;
    XXH64_canonicalFromHash(&canonical, XXH3_64bits_digest(&state->xxh3));
    memcpy(result, canonical.digest, sizeof canonical.digest);
}

static void xxh128_begin(union digest_state *state)
{
    XXH3_128bits_reset(&state->xxh3);
}

static void xxh128_add(union digest_state *state, const unsigned char *data, size_t len)
{
    XXH3_128bits_update(&state->xxh3, data, len);
}

static void xxh128_end(union digest_state *state, unsigned char *result)
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state->xxh3));
    memcpy(result, canonical.digest, sizeof canonical.digest);
}

#define STEPS(name) name##_begin, name##_add, name##_end

static const struct digest DIGESTS[] = {
    {"md5", 16, STEPS(md5)},         {"sha1", 20, STEPS(sha1)},       {"sha224", 28, STEPS(sha224)},
    {"sha256", 32, STEPS(sha256)},   {"sha384", 48, STEPS(sha384)},   {"sha512", 64, STEPS(sha512)},
    {"blake2b", 64, STEPS(blake2b)}, {"blake2s", 32, STEPS(blake2s)}, {"xxh64", 8, STEPS(xxh64)},
    {"xxh3", 8, STEPS(xxh3)},        {"xxh3-128", 16, STEPS(xxh128)}, {"xxh128", 16, STEPS(xxh128)},
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

void digest_make(const struct digest *digest, const struct image *image, uint64_t off, uint64_t len,
                 unsigned char result[DIGEST_MOST])
{
    union digest_state state;
    struct window window;
    digest->begin(&state);
    window_open(&window, image, off, off + len, 1, 1, false, false);
    while (window_next(&window))
        digest->add(&state, window.data, (size_t)window.count);
    window_close(&window);
    digest->end(&state, result);
}
