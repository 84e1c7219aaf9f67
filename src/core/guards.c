/* guards: see guards.h. */
#include "guards.h"

#include "range.h"

#include <stdlib.h>
#include <string.h>

/* A loop that expects the same bytes again and again costs no memory. */
static bool repeats_last(const struct guards *guards, uint64_t off, const unsigned char *data,
                         size_t len)
{
    if (!guards->count)
        return false;
    const struct guard *last = &guards->list[guards->count - 1];
    return last->off == off && last->len == len && memcmp(guards->bytes + last->at, data, len) == 0;
}

static bool make_room(struct guards *guards, size_t len)
{
    if (guards->count == guards->room) {
        size_t room = guards->room ? guards->room * 2 : 16;
        struct guard *list = realloc(guards->list, room * sizeof *list);
        if (!list)
            return false;
        guards->list = list;
        guards->room = room;
    }
    if (guards->space - guards->used < len) {
        size_t space = (guards->used + len) * 2;
        unsigned char *bytes = realloc(guards->bytes, space);
        if (!bytes)
            return false;
        guards->bytes = bytes;
        guards->space = space;
    }
    return true;
}

bool guards_add(struct guards *guards, uint64_t off, const unsigned char *data, size_t len)
{
    if (!len || repeats_last(guards, off, data, len))
        return true;
    if (!make_room(guards, len))
        return false;
    memcpy(guards->bytes + guards->used, data, len);
    guards->list[guards->count++] = (struct guard){off, len, guards->used};
    guards->used += len;
    return true;
}

bool guards_append(struct guards *guards, const struct guards *others)
{
    for (size_t i = 0; i < others->count; i++) {
        const struct guard *guard = &others->list[i];
        if (!guards_add(guards, guard->off, others->bytes + guard->at, guard->len))
            return false;
    }
    return true;
}

/* The bytes of forgotten guards stay where they are until all are cleared. */
void guards_forget(struct guards *guards, uint64_t off, uint64_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < guards->count; i++)
        if (!range_overlaps(guards->list[i].off, guards->list[i].len, off, len))
            guards->list[kept++] = guards->list[i];
    guards->count = kept;
}

void guards_clear(struct guards *guards)
{
    free(guards->list);
    free(guards->bytes);
    *guards = (struct guards){0};
}
