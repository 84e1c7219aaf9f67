/* scan: see scan.h. */
#include "scan.h"

#include "range.h"

#include <stdlib.h>
#include <string.h>

enum { PAIRS = 65536, AT_ONCE = 512 };

/* Two bytes that are found more often than at every so many-th position are no help. */
enum { RARE_ENOUGH = 32 };

/* A sample of the data pays from so many bytes on. */
enum { ENOUGH = 4 * 1024 * 1024 };

/* The key of a pattern */

/* How often the first two bytes of a key are found, in parts of 2^32; much where too many bits are free. */
static uint64_t weight_of(const struct key *key, const struct rarity_pairs *pairs)
{
    uint64_t weight = 0;
    unsigned pair = key_first(key);
    if (__builtin_popcount(key->mask[0]) + __builtin_popcount(key->mask[1]) < 8)
        return UINT64_MAX;
    do
        weight += pairs->count[pair];
    while (key_next(key, &pair));
    return weight;
}

static struct key key_at(const struct pattern *pattern, size_t at)
{
    struct key key = {0};
    for (size_t i = 0; i < SIEVE_KEY && at + i < pattern->len; i++) {
        key.value[i] = pattern->value[at + i];
        key.mask[i] = pattern_mask(pattern, at + i);
    }
    return key;
}

/* The place of the rarest two bytes; false when they are not rare. Of a long pattern only a part is looked at. */
static bool choose(const struct pattern *pattern, const struct rarity_pairs *pairs, size_t *best)
{
    const size_t looked_at = 1024;
    uint64_t least = UINT64_MAX;
    for (size_t at = 0; at + 1 < pattern->len && at < looked_at; at++) {
        struct key key = key_at(pattern, at);
        uint64_t weight = weight_of(&key, pairs);
        if (weight >= least)
            continue;
        least = weight;
        *best = at;
    }
    return least < (UINT64_C(1) << 32) / RARE_ENOUGH;
}

/* Making */

/* A pattern on its way into the tables. */
struct sorted {
    struct key key;
    struct entry entry;
};

static void make_loner(struct scan *scan, uint32_t which)
{
    struct search *search = &scan->loners[scan->loner_count];
    search_prepare(search, &scan->patterns[which]);
    search->lanes = scan->lanes;
    scan->loner_which[scan->loner_count++] = which;
}

static struct sorted sort_one(const struct pattern *pattern, uint32_t which, size_t at)
{
    struct sorted sorted = {.key = key_at(pattern, at), .entry = {.which = which}};
    sorted.entry.at = (uint32_t)at;
    memcpy(&sorted.entry.value, sorted.key.value, SIEVE_KEY);
    memcpy(&sorted.entry.mask, sorted.key.mask, SIEVE_KEY);
    return sorted;
}

/* Parts the patterns into loners and those that go into the tables; the number of these. */
static size_t sort_out(struct scan *scan, const struct rarity_pairs *pairs, struct sorted *list)
{
    size_t count = 0, at;
    for (uint32_t which = 0; which < scan->count; which++) {
        const struct pattern *pattern = &scan->patterns[which];
        if (choose(pattern, pairs, &at))
            list[count++] = sort_one(pattern, which, at);
        else
            make_loner(scan, which);
    }
    return count;
}

/* Makes starts[pair] the number of entries before those of the pair; false when memory runs out. */
static bool count_entries(struct scan *scan, const struct sorted *list, size_t count)
{
    scan->starts = calloc(PAIRS + 1, sizeof *scan->starts);
    if (!scan->starts)
        return false;
    for (size_t i = 0; i < count; i++) {
        unsigned pair = key_first(&list[i].key);
        do
            scan->starts[pair + 1]++;
        while (key_next(&list[i].key, &pair));
    }
    for (unsigned pair = 0; pair < PAIRS; pair++)
        scan->starts[pair + 1] += scan->starts[pair];
    return true;
}

/* Moves starts[pair] to the end of its entries while they are put down, then all of them back. */
static bool fill_entries(struct scan *scan, const struct sorted *list, size_t count)
{
    uint32_t *starts = scan->starts;
    scan->entries = malloc((starts[PAIRS] + 1) * sizeof *scan->entries);
    if (!scan->entries)
        return false;
    for (size_t i = 0; i < count; i++) {
        unsigned pair = key_first(&list[i].key);
        do
            scan->entries[starts[pair]++] = list[i].entry;
        while (key_next(&list[i].key, &pair));
    }
    memmove(starts + 1, starts, PAIRS * sizeof *starts);
    starts[0] = 0;
    return true;
}

static bool make_sieve(struct scan *scan, const struct sorted *list, size_t count,
                       const struct rarity *rarity)
{
    struct key *keys = malloc((count + 1) * sizeof *keys);
    if (!keys)
        return false;
    for (size_t i = 0; i < count; i++)
        keys[i] = list[i].key;
    sieve_make(&scan->sieve, keys, count, rarity, scan->lanes == lanes_of(LANES_AVX2));
    free(keys);
    return true;
}

static bool make_tables(struct scan *scan, const struct rarity *rarity,
                        const struct rarity_pairs *pairs, struct sorted *list)
{
    size_t count = sort_out(scan, pairs, list);
    scan->has_keys = count > 0;
    return count_entries(scan, list, count) && fill_entries(scan, list, count) &&
           make_sieve(scan, list, count, rarity);
}

static void take_samples(struct rarity *rarity, struct rarity_pairs *pairs,
                         const unsigned char *data, uint64_t len)
{
    if (len < ENOUGH)
        rarity_guess(rarity);
    else
        rarity_sample(rarity, data, len);
    if (len < ENOUGH)
        rarity_guess_pairs(pairs, rarity);
    else
        rarity_sample_pairs(pairs, rarity, data, len);
}

static bool begin(struct scan *scan, const struct pattern *patterns, size_t count,
                  const struct lanes *lanes)
{
    *scan = (struct scan){.patterns = patterns, .count = count, .least = SIZE_MAX, .lanes = lanes};
    for (size_t i = 0; i < count; i++) {
        scan->least = patterns[i].len < scan->least ? patterns[i].len : scan->least;
        scan->most = patterns[i].len > scan->most ? patterns[i].len : scan->most;
    }
    scan->loners = malloc(count * sizeof *scan->loners);
    scan->loner_which = malloc(count * sizeof *scan->loner_which);
    if (scan->loners && scan->loner_which)
        return true;
    scan_free(scan);
    return false;
}

bool scan_make(struct scan *scan, const struct pattern *patterns, size_t count,
               const unsigned char *data, uint64_t len, const struct lanes *lanes)
{
    struct rarity rarity;
    if (!begin(scan, patterns, count, lanes))
        return false;
    struct rarity_pairs *pairs = malloc(sizeof *pairs);
    struct sorted *list = malloc(count * sizeof *list);
    bool made = pairs && list;
    if (made) {
        take_samples(&rarity, pairs, data, len);
        made = make_tables(scan, &rarity, pairs, list);
    }
    free(pairs);
    free(list);
    if (!made)
        scan_free(scan);
    return made;
}

bool scan_make_alone(struct scan *scan, const struct pattern *patterns, size_t count,
                     const struct lanes *lanes)
{
    if (!begin(scan, patterns, count, lanes))
        return false;
    for (uint32_t which = 0; which < count; which++)
        make_loner(scan, which);
    return true;
}

void scan_free(struct scan *scan)
{
    free(scan->starts);
    free(scan->entries);
    free(scan->loners);
    free(scan->loner_which);
    *scan = (struct scan){0};
}

/* Looking */

void hits_free(struct hits *hits)
{
    free(hits->list);
    *hits = (struct hits){0};
}

static bool add_hit(struct hits *hits, uint32_t which, uint64_t off)
{
    if (hits->count == hits->room) {
        size_t room = hits->room ? hits->room * 2 : 64;
        struct hit *list = realloc(hits->list, room * sizeof *list);
        if (!list)
            return false;
        hits->list = list;
        hits->room = room;
    }
    hits->list[hits->count++] = (struct hit){off, which};
    return true;
}

/* What is looked at, and where hits go. */
struct view {
    const unsigned char *data;
    uint64_t count, len, base;
    struct hits *hits;
};

/* Nearly all that the sieve lets through in vain ends here, without a look at the pattern itself. */
static bool is_likely(const struct entry *entry, const struct view *view, uint64_t off)
{
    uint32_t word;
    if (view->len - off < sizeof word)
        return true;
    memcpy(&word, view->data + off, sizeof word);
    return ((word ^ entry->value) & entry->mask) == 0;
}

static bool matches(const struct scan *scan, const struct entry *entry, const struct view *view,
                    uint64_t off)
{
    const struct pattern *pattern = &scan->patterns[entry->which];
    return off >= entry->at && off - entry->at < view->count &&
           range_fits(view->len, off - entry->at, pattern->len) &&
           pattern_match(pattern, view->data + off - entry->at);
}

static bool look_at(const struct scan *scan, const struct view *view, uint64_t off)
{
    unsigned pair = sieve_pair(view->data + off);
    for (uint32_t i = scan->starts[pair]; i < scan->starts[pair + 1]; i++) {
        const struct entry *entry = &scan->entries[i];
        if (is_likely(entry, view, off) && matches(scan, entry, view, off) &&
            !add_hit(view->hits, entry->which, view->base + off - entry->at))
            return false;
    }
    return true;
}

static bool add_sieved(const struct scan *scan, const struct view *view)
{
    uint64_t offs[AT_ONCE + SIEVE_SPARE], at = 0;
    size_t count;
    while (view->len - at >= 2) {
        at = sieve_ahead(&scan->sieve, view->data, at, view->len, offs, AT_ONCE, &count);
        for (size_t i = 0; i < count; i++)
            if (!look_at(scan, view, offs[i]))
                return false;
    }
    return true;
}

static bool add_loner(const struct scan *scan, size_t number, const struct view *view)
{
    const struct search *search = &scan->loners[number];
    uint64_t offs[AT_ONCE], from = 0, to = view->len;
    size_t got = AT_ONCE;
    if (search->pattern.len - 1 < to - view->count)
        to = view->count + search->pattern.len - 1;
    while (got == AT_ONCE) {
        got = search_fill(search, view->data, from, to, offs, AT_ONCE, &from);
        for (size_t i = 0; i < got; i++)
            if (!add_hit(view->hits, scan->loner_which[number], view->base + offs[i]))
                return false;
    }
    return true;
}

bool scan_add(const struct scan *scan, const unsigned char *data, uint64_t count, uint64_t len,
              uint64_t base, struct hits *hits)
{
    const struct view view = {data, count, len, base, hits};
    if (scan->has_keys && len >= 2 && !add_sieved(scan, &view))
        return false;
    for (size_t i = 0; i < scan->loner_count; i++)
        if (!add_loner(scan, i, &view))
            return false;
    return true;
}
