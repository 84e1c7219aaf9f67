/*
 * scan: find many patterns in one pass over memory.
 *
 * Of each pattern two neighbouring bytes, the rarest ones that it has, are looked for by a sieve; where
 * they are, the patterns that have them there are compared as a whole. A pattern without two bytes that
 * are rare enough is searched for by itself (search.h).
 */
#ifndef SUTURE_SCAN_H
#define SUTURE_SCAN_H

#include "pattern.h"
#include "rarity.h"
#include "search.h"
#include "sieve.h"

/* Pattern number `which` matches at off. */
struct hit {
    uint64_t off;
    uint32_t which;
};

struct hits {
    struct hit *list; /* of one pattern, ascending; of several, in no order */
    size_t count;
    size_t room;
};

/* What has to be looked at where a sieve lets a position through. */
struct entry {
    uint32_t which;
    uint32_t at;          /* of the pattern's byte that lies at the position */
    uint32_t value, mask; /* of the four bytes there */
};

struct scan {
    const struct pattern *patterns;
    size_t count;
    size_t least, most; /* bytes of the shortest and of the longest pattern */
    const struct lanes *lanes;
    bool has_keys; /* not all are loners */
    struct sieve sieve;
    uint32_t *starts; /* for each pair of bytes, its first entry; one more for the end */
    struct entry
        *entries; /* in the order of the pairs, those of one pair in the order of patterns */
    struct search *loners; /* those that are searched for by themselves, */
    uint32_t *loner_which; /* and which patterns they are */
    size_t loner_count;
};

/*
 * Prepares for data[0, len), of which samples are taken where it is long; it may be used for other data.
 * `lanes` tells with what. There is one pattern at least, and fewer than 2^32; all of them must outlive the
 * scan. False when memory runs out; nothing is kept then.
 */
bool scan_make(struct scan *scan, const struct pattern *patterns, size_t count,
               const unsigned char *data, uint64_t len, const struct lanes *lanes);

/* The same, but each pattern is searched for by itself: for so little data that no table pays. */
bool scan_make_alone(struct scan *scan, const struct pattern *patterns, size_t count,
                     const struct lanes *lanes);

/*
 * Adds what begins in data[0, count) and lies in data[0, len), with `base` added to the offsets; count <=
 * len. False when memory runs out.
 */
bool scan_add(const struct scan *scan, const unsigned char *data, uint64_t count, uint64_t len,
              uint64_t base, struct hits *hits);

/* Frees what scan_make took; harmless for a zeroed one, idempotent. */
void scan_free(struct scan *scan);

/* Frees the list; idempotent. */
void hits_free(struct hits *hits);

#endif
