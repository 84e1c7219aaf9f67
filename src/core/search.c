/* search: see search.h. */
#include "search.h"

#include "range.h"
#include "rarity.h"

#include <string.h>

/* From so many bytes on, a pattern of equal bytes is looked for as a run. */
enum { RUN_LEAST = 32 };

/* Of a pattern with more fixed bytes than this only the first ones are looked at for rare ones. */
enum { PROBED = 4096 };

/* Choosing */

static bool is_uniform(const struct pattern *pattern)
{
    unsigned char value = pattern->value[0], mask = pattern_mask(pattern, 0);
    for (size_t i = 1; i < pattern->len; i++)
        if (pattern->value[i] != value || pattern_mask(pattern, i) != mask)
            return false;
    return true;
}

struct ranked {
    struct probe probe;
    uint32_t weight;
};

/*
 * Equal bytes come in runs, so that one of them says little once another has agreed: each probe of a value
 * counts as a commoner one than the probe of that value before it.
 */
static uint32_t weight_of(const struct rarity *rarity, const struct ranked *list, size_t count,
                          struct probe probe)
{
    uint32_t weight = rarity_of(rarity, probe.value, probe.mask);
    for (size_t i = 0; i < count; i++)
        if (list[i].probe.value == probe.value && list[i].weight <= weight)
            weight += weight / 2 + 64;
    return weight;
}

/* Inserts in order of weight, the lightest first; what is pushed out behind the end is forgotten. */
static size_t insert(struct ranked *list, size_t count, struct ranked ranked)
{
    size_t at = count;
    while (at && list[at - 1].weight > ranked.weight)
        at--;
    if (at == LANES_PROBES)
        return count;
    size_t behind = count < LANES_PROBES ? count - at : count - at - 1;
    memmove(list + at + 1, list + at, behind * sizeof *list);
    list[at] = ranked;
    return count < LANES_PROBES ? count + 1 : count;
}

static void choose(struct search *search, const struct rarity *rarity)
{
    const struct pattern *pattern = &search->pattern;
    struct ranked list[LANES_PROBES];
    size_t count = 0, fixed = 0, i = 0;
    for (; i < pattern->len && fixed < PROBED; i++) {
        struct probe probe = {i, pattern->value[i], pattern_mask(pattern, i)};
        if (!probe.mask)
            continue;
        uint32_t weight = weight_of(rarity, list, count, probe);
        count = insert(list, count, (struct ranked){probe, weight});
        fixed++;
    }
    search->probes.count = count;
    for (size_t k = 0; k < count; k++)
        search->probes.list[k] = list[k].probe;
    search->is_complete = fixed == count && i == pattern->len;
}

void search_prepare(struct search *search, const struct pattern *pattern)
{
    struct rarity rarity;
    *search = (struct search){.pattern = *pattern, .lanes = lanes_best()};
    rarity_guess(&rarity);
    choose(search, &rarity);
    search->is_run = is_uniform(pattern) && (pattern->len >= RUN_LEAST || !search->probes.count);
}

void search_tune(struct search *search, const unsigned char *data, uint64_t len)
{
    struct rarity rarity;
    rarity_sample(&rarity, data, len);
    choose(search, &rarity);
}

/* What is found */

/* Where matches go: into a list with room for some, or only into a count. */
struct taken {
    uint64_t *offs; /* NULL: only counted */
    uint64_t room;
    uint64_t count;
    uint64_t next; /* where to go on, once there is no room left */
};

/* Takes n matches from off on, as far as there is room, which there was; false when that was the last. */
static bool take(struct taken *taken, uint64_t off, uint64_t n)
{
    n = range_min(n, taken->room - taken->count);
    for (uint64_t i = 0; taken->offs && i < n; i++)
        taken->offs[taken->count + i] = off + i;
    taken->count += n;
    taken->next = off + n;
    return taken->count < taken->room;
}

/* Takes those of a list that match, from offset `least` on. */
static bool take_matches(const struct search *search, const unsigned char *data,
                         const uint64_t *offs, size_t count, uint64_t least, struct taken *taken)
{
    for (size_t i = 0; i < count; i++) {
        if (offs[i] < least ||
            (!search->is_complete && !pattern_match(&search->pattern, data + offs[i])))
            continue;
        if (!take(taken, offs[i], 1))
            return false;
    }
    return true;
}

/* By blocks */

enum { AT_ONCE = 256 };

/* The positions [at, end), too few for a block: in one that overlaps what was looked at, if any fits. */
static void fill_rest(const struct search *search, const unsigned char *data, uint64_t from,
                      uint64_t at, uint64_t end, struct taken *taken)
{
    uint64_t offs[1 + LANES_SPARE];
    size_t count;
    if (at < end && end - from >= LANES_BLOCK) {
        search->lanes->ahead(&search->probes, data, end - LANES_BLOCK, 1, offs, 1, &count);
        take_matches(search, data, offs, count, at, taken);
        return;
    }
    for (; at < end; at++)
        if (pattern_match(&search->pattern, data + at) && !take(taken, at, 1))
            return;
}

static void fill_blocks(const struct search *search, const unsigned char *data, uint64_t from,
                        uint64_t to, struct taken *taken)
{
    uint64_t at = from, end = to - search->pattern.len + 1;
    uint64_t offs[AT_ONCE + LANES_SPARE];
    while (end - at >= LANES_BLOCK) {
        size_t want = (size_t)range_min(taken->room - taken->count, AT_ONCE), count;
        at = search->lanes->ahead(&search->probes, data, at, (end - at) / LANES_BLOCK, offs, want,
                                  &count);
        if (!take_matches(search, data, offs, count, 0, taken))
            return;
    }
    fill_rest(search, data, from, at, end, taken);
}

/* Forgets all but the first n positions of a block, n below LANES_BLOCK. */
static void keep_first(uint64_t found[2], uint64_t n)
{
    found[1] = n > 64 ? found[1] & ~(~UINT64_C(0) << (n - 64)) : 0;
    if (n < 64)
        found[0] &= ~(~UINT64_C(0) << n);
}

static bool last_of_found(const struct search *search, const unsigned char *data, uint64_t block,
                          uint64_t found, uint64_t *off)
{
    while (found) {
        unsigned top = 63 - (unsigned)__builtin_clzll(found);
        *off = block + top;
        if (search->is_complete || pattern_match(&search->pattern, data + *off))
            return true;
        found ^= UINT64_C(1) << top;
    }
    return false;
}

static bool last_of_block(const struct search *search, const unsigned char *data, uint64_t block,
                          const uint64_t found[2], uint64_t *off)
{
    return last_of_found(search, data, block + 64, found[1], off) ||
           last_of_found(search, data, block, found[0], off);
}

/* The mirror image of fill_rest: positions [from, end) of those that go to `all`. */
static bool last_of_rest(const struct search *search, const unsigned char *data, uint64_t from,
                         uint64_t end, uint64_t all, uint64_t *off)
{
    uint64_t found[2];
    if (all - from >= LANES_BLOCK) {
        search->lanes->behind(&search->probes, data, from + LANES_BLOCK, 1, found);
        keep_first(found, end - from);
        return last_of_block(search, data, from, found, off);
    }
    for (*off = end; *off > from;)
        if (pattern_match(&search->pattern, data + --*off))
            return true;
    return false;
}

static bool last_of_blocks(const struct search *search, const unsigned char *data, uint64_t from,
                           uint64_t to, uint64_t *off)
{
    const uint64_t all = to - search->pattern.len + 1;
    uint64_t end = all, found[2];
    while (end - from >= LANES_BLOCK) {
        end = search->lanes->behind(&search->probes, data, end, (end - from) / LANES_BLOCK, found);
        if (last_of_block(search, data, end, found, off))
            return true;
    }
    return last_of_rest(search, data, from, end, all, off);
}

/* Runs of one byte */

static bool all_agree(const struct pattern *pattern, const unsigned char *data)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return (word & pattern_mask(pattern, 0) * ones) == pattern->value[0] * ones;
}

static bool agrees(const struct pattern *pattern, unsigned char byte)
{
    return (byte & pattern_mask(pattern, 0)) == pattern->value[0];
}

/* Where the run that ends at high begins, at low at the earliest. */
static uint64_t run_begin(const struct pattern *pattern, const unsigned char *data, uint64_t low,
                          uint64_t high)
{
    while (high - low >= 8 && all_agree(pattern, data + high - 8))
        high -= 8;
    while (high > low && agrees(pattern, data[high - 1]))
        high--;
    return high;
}

/* Where the run that begins at low ends, at high at the latest. */
static uint64_t run_end(const struct pattern *pattern, const unsigned char *data, uint64_t low,
                        uint64_t high)
{
    while (high - low >= 8 && all_agree(pattern, data + low))
        low += 8;
    while (low < high && agrees(pattern, data[low]))
        low++;
    return low;
}

/* How far a run from off on must be followed to fill the room with matches that end behind off. */
static uint64_t far_enough(const struct taken *taken, uint64_t off, uint64_t to)
{
    uint64_t left = taken->room - taken->count - 1;
    return left < to - off ? off + left : to;
}

/* Looks at a place from its end. What lies between the place and `known` agrees already. */
static void fill_runs(const struct search *search, const unsigned char *data, uint64_t from,
                      uint64_t to, struct taken *taken)
{
    const struct pattern *pattern = &search->pattern;
    uint64_t at = from, known = from;
    while (to - at >= pattern->len) {
        uint64_t behind = at + pattern->len;
        uint64_t begin = run_begin(pattern, data, known, behind);
        if (begin > known) {
            at = begin;
            known = behind;
            continue;
        }
        uint64_t end = run_end(pattern, data, behind, far_enough(taken, behind, to));
        if (!take(taken, at, end - behind + 1) || end == to)
            return;
        at = known = end + 1;
    }
}

/* The mirror image: what lies between `known` and the end of the place agrees already. */
static bool last_of_runs(const struct search *search, const unsigned char *data, uint64_t from,
                         uint64_t to, uint64_t *off)
{
    const struct pattern *pattern = &search->pattern;
    uint64_t behind = to, known = to;
    while (behind - from >= pattern->len) {
        *off = behind - pattern->len;
        uint64_t end = run_end(pattern, data, *off, known);
        if (end == known)
            return true;
        behind = end;
        known = *off;
    }
    return false;
}

/* The whole */

static void fill(const struct search *search, const unsigned char *data, uint64_t from, uint64_t to,
                 struct taken *taken)
{
    if (to - from < search->pattern.len)
        return;
    if (search->is_run)
        fill_runs(search, data, from, to, taken);
    else
        fill_blocks(search, data, from, to, taken);
}

size_t search_fill(const struct search *search, const unsigned char *data, uint64_t from,
                   uint64_t to, uint64_t *offs, size_t room, uint64_t *next)
{
    struct taken taken = {.offs = offs, .room = room};
    fill(search, data, from, to, &taken);
    *next = taken.next;
    return (size_t)taken.count;
}

uint64_t search_count(const struct search *search, const unsigned char *data, uint64_t from,
                      uint64_t to)
{
    struct taken taken = {.room = UINT64_MAX};
    fill(search, data, from, to, &taken);
    return taken.count;
}

bool search_last(const struct search *search, const unsigned char *data, uint64_t from, uint64_t to,
                 uint64_t *off)
{
    if (to - from < search->pattern.len)
        return false;
    return search->is_run ? last_of_runs(search, data, from, to, off)
                          : last_of_blocks(search, data, from, to, off);
}
