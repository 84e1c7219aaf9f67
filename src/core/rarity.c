/* rarity: see rarity.h. */
#include "rarity.h"

#include <string.h>

enum { SAMPLES = 64, PAIR_SAMPLES = 256, SAMPLE_BYTES = 4096, PARTS = 65536, PAIRS = 65536 };

/* Counted in 200 MB of Debian's programs and libraries. */
static const uint16_t PROGRAMS[256] = {
    16222, 997, 433, 316,  368, 339, 153, 174, 615, 110, 174, 134,  129, 162,  450, 1142, 451, 116,
    136,   69,  106, 117,  58,  61,  294, 51,  48,  51,  73,  59,   61,  307,  757, 54,   63,  53,
    1148,  141, 38,  55,   232, 133, 53,  59,  81,  110, 147, 59,   250, 413,  101, 72,   120, 150,
    66,    66,  191, 221,  70,  70,  99,  151, 39,  45,  257, 731,  212, 166,  611, 479,  109, 108,
    3105,  494, 64,  83,   651, 209, 163, 90,  246, 45,  108, 271,  252, 160,  82,  69,   103, 42,
    78,    126, 127, 145,  59,  357, 127, 406, 120, 331, 350, 628,  452, 147,  190, 385,  49,  75,
    355,   204, 394, 399,  304, 36,  413, 396, 795, 339, 130, 88,   159, 105,  44,  59,   173, 89,
    61,    67,  243, 83,   47,  537, 437, 523, 68,  47,  121, 1546, 32,  1153, 72,  769,  48,  45,
    176,   28,  28,  39,   69,  46,  27,  27,  68,  27,  25,  26,   41,  33,   24,  26,   87,  23,
    24,    32,  48,  35,   26,  25,  64,  25,  29,  29,  40,  28,   23,  33,   81,  27,   25,  27,
    52,    39,  107, 46,   101, 53,  99,  41,  77,  61,  116, 95,   468, 142,  98,  246,  133, 116,
    137,   289, 91,  89,   44,  32,  42,  36,  39,  37,  156, 50,   114, 47,   42,  45,   43,  40,
    115,   57,  48,  79,   41,  51,  65,  150, 149, 51,  73,  42,   69,  53,   73,  94,   911, 313,
    71,    153, 104, 86,   99,  159, 161, 55,  81,  90,  71,  68,   163, 116,  249, 99,   124, 133,
    127,   163, 265, 2843,
};

void rarity_guess(struct rarity *rarity)
{
    for (int value = 0; value < 256; value++)
        rarity->count[value] = PROGRAMS[value];
}

/* Calls add for samples of data, or once for all of it; how many bytes that were. */
static uint64_t sample(void *counts, const unsigned char *data, uint64_t len, uint64_t samples,
                       void (*add)(void *counts, const unsigned char *data, size_t len))
{
    if (len <= samples * SAMPLE_BYTES) {
        add(counts, data, (size_t)len);
        return len;
    }
    uint64_t stride = (len - SAMPLE_BYTES) / (samples - 1);
    for (uint64_t i = 0; i < samples; i++)
        add(counts, data + i * stride, SAMPLE_BYTES);
    return samples * SAMPLE_BYTES;
}

static void add_bytes(void *counts, const unsigned char *data, size_t len)
{
    struct rarity *rarity = counts;
    for (size_t i = 0; i < len; i++)
        rarity->count[data[i]]++;
}

/* A value that the sample lacks is rare, not impossible. */
void rarity_sample(struct rarity *rarity, const unsigned char *data, uint64_t len)
{
    memset(rarity, 0, sizeof *rarity);
    uint64_t total = sample(rarity, data, len, SAMPLES, add_bytes);
    for (int value = 0; value < 256 && total; value++)
        rarity->count[value] = (uint32_t)((uint64_t)rarity->count[value] * PARTS / total);
    for (int value = 0; value < 256; value++)
        rarity->count[value]++;
}

static uint32_t by_chance(const struct rarity *rarity, unsigned pair)
{
    uint64_t parts = (uint64_t)rarity->count[pair & 0xff] * rarity->count[pair >> 8];
    return parts > UINT32_MAX ? UINT32_MAX : (uint32_t)parts;
}

void rarity_guess_pairs(struct rarity_pairs *pairs, const struct rarity *rarity)
{
    for (unsigned pair = 0; pair < PAIRS; pair++)
        pairs->count[pair] = by_chance(rarity, pair);
}

static void add_pairs(void *counts, const unsigned char *data, size_t len)
{
    struct rarity_pairs *pairs = counts;
    for (size_t i = 0; i + 1 < len; i++)
        pairs->count[data[i] | (unsigned)data[i + 1] << 8]++;
}

/* What the sample has seen counts; where it has seen little, a part of what chance would bring. */
void rarity_sample_pairs(struct rarity_pairs *pairs, const struct rarity *rarity,
                         const unsigned char *data, uint64_t len)
{
    memset(pairs, 0, sizeof *pairs);
    uint64_t total = sample(pairs, data, len, PAIR_SAMPLES, add_pairs);
    for (unsigned pair = 0; pair < PAIRS; pair++) {
        uint64_t seen = total ? ((uint64_t)pairs->count[pair] << 32) / total : 0;
        uint64_t parts = seen + by_chance(rarity, pair) / 8 + 1;
        pairs->count[pair] = parts > UINT32_MAX ? UINT32_MAX : (uint32_t)parts;
    }
}

uint32_t rarity_of(const struct rarity *rarity, unsigned char value, unsigned char mask)
{
    uint32_t sum = 0;
    if (mask == 0xff)
        return rarity->count[value];
    for (int byte = 0; byte < 256; byte++)
        if ((byte & mask) == value)
            sum += rarity->count[byte];
    return sum;
}
