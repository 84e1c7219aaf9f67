/* sweep: see sweep.h. */
#include "sweep.h"

#include "search.h"
#include "window.h"

/* A sample of the bytes pays when so many were searched in vain, and so many are left. */
static const uint64_t ENOUGH_SEEN = 1024 * 1024, ENOUGH_LEFT = 16 * 1024 * 1024;

struct sweep {
    struct search search;
    struct window window;
    uint64_t seen;
    bool is_tuned;
};

static bool matches_zeros(const struct pattern *pattern)
{
    for (size_t i = 0; i < pattern->len; i++)
        if (pattern->value[i])
            return false;
    return true;
}

static void begin(struct sweep *sweep, const struct image *image, const struct pattern *pattern,
                  uint64_t from, uint64_t to, bool backward)
{
    search_prepare(&sweep->search, pattern);
    window_open(&sweep->window, image, from, to, pattern->len, pattern->len, backward,
                !matches_zeros(pattern));
    sweep->seen = 0;
    sweep->is_tuned = false;
}

static void tune(struct sweep *sweep)
{
    uint64_t len;
    const unsigned char *rest = window_rest(&sweep->window, &len);
    if (len >= ENOUGH_LEFT)
        search_tune(&sweep->search, rest, len);
    sweep->is_tuned = true;
}

static bool next(struct sweep *sweep)
{
    if (sweep->seen >= ENOUGH_SEEN && !sweep->is_tuned)
        tune(sweep);
    if (!window_next(&sweep->window))
        return false;
    sweep->seen += sweep->window.count;
    return true;
}

size_t sweep_fill(const struct image *image, const struct pattern *pattern, uint64_t *from,
                  uint64_t to, uint64_t *offs, size_t room)
{
    struct sweep sweep;
    const struct window *window = &sweep.window;
    size_t count = 0;
    begin(&sweep, image, pattern, *from, to, false);
    while (count < room && next(&sweep)) {
        uint64_t go_on;
        size_t got = search_fill(&sweep.search, window->data, 0, window->len, offs + count,
                                 room - count, &go_on);
        for (size_t i = count; i < count + got; i++)
            offs[i] += window->from;
        *from = window->from + (count + got == room ? go_on : window->count);
        count += got;
    }
    window_close(&sweep.window);
    return count;
}

uint64_t sweep_count(const struct image *image, const struct pattern *pattern, uint64_t from,
                     uint64_t to, uint64_t *first)
{
    struct sweep sweep;
    const struct window *window = &sweep.window;
    uint64_t count = 0, go_on;
    begin(&sweep, image, pattern, from, to, false);
    while (next(&sweep)) {
        uint64_t got = search_count(&sweep.search, window->data, 0, window->len);
        if (!count && got) {
            search_fill(&sweep.search, window->data, 0, window->len, first, 1, &go_on);
            *first += window->from;
        }
        count += got;
    }
    window_close(&sweep.window);
    return count;
}

bool sweep_first(const struct image *image, const struct pattern *pattern, uint64_t from,
                 uint64_t to, uint64_t *off)
{
    return sweep_fill(image, pattern, &from, to, off, 1) == 1;
}

bool sweep_last(const struct image *image, const struct pattern *pattern, uint64_t from,
                uint64_t to, uint64_t *off)
{
    struct sweep sweep;
    const struct window *window = &sweep.window;
    bool found = false;
    begin(&sweep, image, pattern, from, to, true);
    while (!found && next(&sweep))
        found = search_last(&sweep.search, window->data, 0, window->len, off);
    if (found)
        *off += window->from;
    window_close(&sweep.window);
    return found;
}

static bool any_matches_zeros(const struct pattern *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (matches_zeros(&patterns[i]))
            return true;
    return false;
}

/* Up to so many bytes times patterns, tables cost more than they save. */
static const uint64_t ALONE = 4 * 1024 * 1024;

/* A single pattern is faster by itself whatever the data. */
static bool prepare(struct scan *scan, const struct pattern *patterns, size_t count,
                    const unsigned char *data, uint64_t len)
{
    if (count == 1 || len <= ALONE / count)
        return scan_make_alone(scan, patterns, count, lanes_best());
    return scan_make(scan, patterns, count, data, len, lanes_best());
}

bool sweep_scan(const struct image *image, const struct pattern *patterns, size_t count,
                uint64_t from, uint64_t to, struct hits *hits)
{
    struct scan scan;
    struct window window;
    bool had_memory = true;
    if (!prepare(&scan, patterns, count, image->base + from, to - from))
        return false;
    window_open(&window, image, from, to, scan.least, scan.most, false,
                !any_matches_zeros(patterns, count));
    while (had_memory && window_next(&window))
        had_memory = scan_add(&scan, window.data, window.count, window.len, window.from, hits);
    window_close(&window);
    scan_free(&scan);
    return had_memory;
}
