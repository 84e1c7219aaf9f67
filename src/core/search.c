/* search: see search.h. */
#include "search.h"

#include <string.h>

/* The longest stretch of wholly fixed bytes: what memmem can look for. */
struct anchor {
    size_t at;
    size_t len;
};

static struct anchor longest_fixed(const struct pattern *pattern)
{
    struct anchor best = {0, 0}, here = {0, 0};
    if (!pattern->mask)
        return (struct anchor){0, pattern->len};
    for (size_t i = 0; i < pattern->len; i++) {
        if (pattern->mask[i] != 0xff) {
            here = (struct anchor){i + 1, 0};
            continue;
        }
        here.len++;
        if (here.len > best.len)
            best = here;
    }
    return best;
}

static bool step_forward(const struct pattern *pattern, const unsigned char *data, uint64_t from,
                         uint64_t to, uint64_t *off)
{
    for (uint64_t at = from; to - at >= pattern->len; at++) {
        if (!pattern_match(pattern, data + at))
            continue;
        *off = at;
        return true;
    }
    return false;
}

bool search_forward(const struct pattern *pattern, const unsigned char *data, uint64_t from,
                    uint64_t to, uint64_t *off)
{
    if (to - from < pattern->len)
        return false;
    struct anchor anchor = longest_fixed(pattern);
    if (!anchor.len)
        return step_forward(pattern, data, from, to, off);
    uint64_t last = to - (pattern->len - anchor.at - anchor.len);
    uint64_t at = from + anchor.at;
    while (last - at >= anchor.len) {
        const unsigned char *hit =
            memmem(data + at, (size_t)(last - at), pattern->value + anchor.at, anchor.len);
        if (!hit)
            return false;
        uint64_t start = (uint64_t)(hit - data) - anchor.at;
        if (pattern_match(pattern, data + start)) {
            *off = start;
            return true;
        }
        at = (uint64_t)(hit - data) + 1;
    }
    return false;
}

bool search_backward(const struct pattern *pattern, const unsigned char *data, uint64_t from,
                     uint64_t to, uint64_t *off)
{
    if (to - from < pattern->len)
        return false;
    struct anchor anchor = longest_fixed(pattern);
    for (uint64_t end = to - pattern->len + 1; end > from;) {
        uint64_t start = end - 1;
        if (anchor.len) {
            const unsigned char *low = data + from + anchor.at;
            const unsigned char *hit =
                memrchr(low, pattern->value[anchor.at], (size_t)(end - from));
            if (!hit)
                return false;
            start = from + (uint64_t)(hit - low);
        }
        if (pattern_match(pattern, data + start)) {
            *off = start;
            return true;
        }
        end = start;
    }
    return false;
}
