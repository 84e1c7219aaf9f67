/*
 * search_fuzz: searching, one pattern or many, agrees with a naive matcher on every path of the processor.
 *
 * The input: a byte of flags, a byte that makes the alphabet small, a byte for the number of patterns; for
 * each pattern its length and as many pairs of value and mask; the rest is the data. The data lies in
 * memory of exactly its size, so that a byte read too much on either side ends the run.
 */
#include "lanes.h"
#include "scan.h"
#include "search.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_PATTERNS = 6,
    MOST_DATA = 700,
    LONGEST = 48,
    FLAG_TUNE = 1,
    FLAG_REPEAT = 2,
    FLAG_WHOLE = 4,
    FLAG_PARTS = 8
};

struct input {
    const uint8_t *at;
    size_t left;
};

static uint8_t take(struct input *input)
{
    if (!input->left)
        return 0;
    input->left--;
    return *input->at++;
}

/* Memory of exactly that size; without any, a byte more, since malloc(0) may give NULL. */
static unsigned char *exactly(size_t len)
{
    unsigned char *room = malloc(len ? len : 1);
    assert(room);
    return room;
}

/* Mostly whole bytes and wild ones, as patterns are. */
static unsigned char mask_of(uint8_t kind)
{
    static const unsigned char masks[] = {0xff, 0xff, 0xff, 0x00, 0xf0, 0x0f, 0xff, 0x00};
    return masks[kind & 7];
}

static struct pattern take_pattern(struct input *input, uint8_t alphabet, bool whole)
{
    size_t len = 1 + take(input) % LONGEST;
    unsigned char *value = exactly(len), *mask = exactly(len);
    for (size_t i = 0; i < len; i++) {
        mask[i] = whole ? 0xff : mask_of(take(input));
        value[i] = take(input) & alphabet & mask[i];
    }
    if (!whole)
        return (struct pattern){value, mask, len};
    free(mask);
    return (struct pattern){value, NULL, len};
}

static bool is_match(const struct pattern *pattern, const unsigned char *data)
{
    for (size_t i = 0; i < pattern->len; i++)
        if ((data[i] & pattern_mask(pattern, i)) != pattern->value[i])
            return false;
    return true;
}

/* All matches in [from, to); the caller frees them. */
static uint64_t *naive(const struct pattern *pattern, const unsigned char *data, size_t from,
                       size_t to, size_t *count)
{
    uint64_t *list = malloc((to - from + 1) * sizeof *list);
    assert(list);
    *count = 0;
    for (size_t at = from; at + pattern->len <= to; at++)
        if (is_match(pattern, data + at))
            list[(*count)++] = at;
    return list;
}

static void check_fill(const struct search *search, const unsigned char *data, size_t from,
                       size_t to, size_t room, const uint64_t *wanted, size_t count)
{
    uint64_t offs[300], at = from;
    size_t got, seen = 0;
    do {
        got = search_fill(search, data, at, to, offs, room, &at);
        assert(got <= room && seen + got <= count);
        for (size_t i = 0; i < got; i++)
            assert(offs[i] == wanted[seen + i]);
        seen += got;
    } while (got == room);
    assert(seen == count);
}

static void check_range(const struct search *search, const unsigned char *data, size_t from,
                        size_t to)
{
    static const size_t rooms[] = {1, 3, 300};
    size_t count;
    uint64_t *wanted = naive(&search->pattern, data, from, to, &count), off;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
        check_fill(search, data, from, to, rooms[i], wanted, count);
    assert(search_count(search, data, from, to) == count);
    assert(search_last(search, data, from, to, &off) == (count > 0));
    assert(!count || off == wanted[count - 1]);
    free(wanted);
}

static void check_search(const struct pattern *pattern, const unsigned char *data, size_t len,
                         bool tune)
{
    for (int path = 0; path < LANES_PATHS; path++) {
        struct search search;
        search_prepare(&search, pattern);
        if (tune)
            search_tune(&search, data, len);
        search.lanes = lanes_of((enum lanes_path)path);
        if (!search.lanes)
            continue;
        check_range(&search, data, 0, len);
        check_range(&search, data, len / 3, len - len / 5);
        check_range(&search, data, len / 2, len / 2);
    }
}

static int by_which(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    if (x->which != y->which)
        return x->which < y->which ? -1 : 1;
    /* In the order in which they came: qsort keeps none, so that offsets are only compared here. */
    return (x->off > y->off) - (x->off < y->off);
}

static void check_ascending(const struct hits *hits)
{
    uint64_t last[MOST_PATTERNS] = {0};
    for (size_t i = 0; i < hits->count; i++) {
        assert(hits->list[i].off + 1 > last[hits->list[i].which]);
        last[hits->list[i].which] = hits->list[i].off + 1;
    }
}

static void check_hits(struct hits *hits, const struct pattern *patterns, size_t patterns_count,
                       const unsigned char *data, size_t len)
{
    size_t seen = 0, count;
    check_ascending(hits);
    if (hits->count)
        qsort(hits->list, hits->count, sizeof *hits->list, by_which);
    for (uint32_t which = 0; which < patterns_count; which++) {
        uint64_t *wanted = naive(&patterns[which], data, 0, len, &count);
        for (size_t i = 0; i < count; i++, seen++)
            assert(seen < hits->count && hits->list[seen].which == which &&
                   hits->list[seen].off == wanted[i]);
        free(wanted);
    }
    assert(seen == hits->count);
}

/* In one piece, or in parts that meet at every third of the data. */
static void check_scan(const struct pattern *patterns, size_t count, const unsigned char *data,
                       size_t len, size_t parts, const struct lanes *lanes)
{
    struct scan scan;
    struct hits hits = {0};
    assert(scan_make(&scan, patterns, count, data, len, lanes));
    for (size_t part = 0; part < parts; part++) {
        size_t from = len * part / parts, to = len * (part + 1) / parts;
        size_t end = len - to < scan.most - 1 ? len : to + scan.most - 1;
        assert(scan_add(&scan, data + from, to - from, end - from, from, &hits));
    }
    check_hits(&hits, patterns, count, data, len);
    hits_free(&hits);
    scan_free(&scan);
}

/* The rest of the input, many times over where the flag says so: blocks are 128 positions long. */
static unsigned char *take_data(struct input *input, uint8_t alphabet, bool repeat, size_t *len)
{
    *len = input->left * (repeat ? 7 : 1);
    if (*len > MOST_DATA)
        *len = MOST_DATA;
    unsigned char *data = exactly(*len);
    for (size_t i = 0; i < *len; i++)
        data[i] = input->at[i % input->left] & alphabet;
    return data;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};
    struct pattern patterns[MOST_PATTERNS];
    uint8_t flags = take(&input), alphabet = take(&input);
    size_t count = 1 + take(&input) % MOST_PATTERNS, len;
    for (size_t i = 0; i < count; i++)
        patterns[i] = take_pattern(&input, alphabet, flags & FLAG_WHOLE);
    unsigned char *data = take_data(&input, alphabet, flags & FLAG_REPEAT, &len);
    for (size_t i = 0; i < count; i++)
        check_search(&patterns[i], data, len, flags & FLAG_TUNE);
    size_t parts = flags & FLAG_PARTS ? 3 : 1;
    check_scan(patterns, count, data, len, parts, lanes_of(LANES_PORTABLE));
    check_scan(patterns, count, data, len, parts, lanes_best());
    for (size_t i = 0; i < count; i++) {
        free((void *)patterns[i].value);
        free((void *)patterns[i].mask);
    }
    free(data);
    return 0;
}
