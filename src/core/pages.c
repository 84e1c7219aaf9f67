/* pages: see pages.h. */
#include "pages.h"

#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct pages *pages, uint64_t number)
{
    /* Fibonacci hashing spreads the runs of neighbours that writes come in. */
    uint64_t mixed = number * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(mixed >> 32) & (pages->slot_count - 1);
}

static void place(struct pages *pages, size_t index)
{
    size_t slot = slot_of(pages, pages->list[index].number);
    while (pages->slots[slot])
        slot = (slot + 1) & (pages->slot_count - 1);
    pages->slots[slot] = index + 1;
}

static void place_all(struct pages *pages)
{
    if (pages->slot_count)
        memset(pages->slots, 0, pages->slot_count * sizeof *pages->slots);
    for (size_t i = 0; i < pages->count; i++)
        place(pages, i);
}

/* The slot of a page that is in the table, or the free one where it would go. */
static size_t find_slot(const struct pages *pages, uint64_t number)
{
    size_t slot = slot_of(pages, number);
    while (pages->slots[slot] && pages->list[pages->slots[slot] - 1].number != number)
        slot = (slot + 1) & (pages->slot_count - 1);
    return slot;
}

struct page *pages_find(const struct pages *pages, uint64_t number)
{
    if (!pages->count)
        return NULL;
    size_t slot = find_slot(pages, number);
    return pages->slots[slot] ? &pages->list[pages->slots[slot] - 1] : NULL;
}

/* At most half of the slots are in use, so probing stays short. */
bool pages_reserve(struct pages *pages, size_t more)
{
    size_t room = pages->room ? pages->room : 16;
    while (room - pages->count < more)
        room *= 2;
    if (room == pages->room)
        return true;
    struct page *list = realloc(pages->list, room * sizeof *list);
    if (!list)
        return false;
    pages->list = list;
    size_t *slots = calloc(room * 2, sizeof *slots);
    if (!slots)
        return false;
    free(pages->slots);
    pages->slots = slots;
    pages->slot_count = room * 2;
    pages->room = room;
    place_all(pages);
    return true;
}

void pages_put(struct pages *pages, uint64_t number, unsigned char *before)
{
    pages->sorted =
        !pages->count || (pages->sorted && pages->list[pages->count - 1].number < number);
    pages->list[pages->count] = (struct page){number, before};
    place(pages, pages->count++);
}

bool pages_add(struct pages *pages, uint64_t number, const unsigned char *before)
{
    if (!pages_reserve(pages, 1))
        return false;
    unsigned char *copy = malloc(PAGE_BYTES);
    if (!copy)
        return false;
    memcpy(copy, before, PAGE_BYTES);
    pages_put(pages, number, copy);
    return true;
}

/* Frees a slot: what was placed behind it because it was taken moves up, so that probing finds it. */
static void free_slot(struct pages *pages, size_t slot)
{
    size_t mask = pages->slot_count - 1;
    for (size_t next = (slot + 1) & mask; pages->slots[next]; next = (next + 1) & mask) {
        size_t home = slot_of(pages, pages->list[pages->slots[next] - 1].number);
        if (((next - home) & mask) < ((next - slot) & mask))
            continue;
        pages->slots[slot] = pages->slots[next];
        slot = next;
    }
    pages->slots[slot] = 0;
}

unsigned char *pages_take(struct pages *pages, uint64_t number)
{
    struct page *page = pages_find(pages, number);
    if (!page)
        return NULL;
    unsigned char *before = page->before;
    size_t index = (size_t)(page - pages->list);
    free_slot(pages, find_slot(pages, number));
    const struct page *last = &pages->list[--pages->count];
    if (page == last)
        return before;
    pages->slots[find_slot(pages, last->number)] = index + 1;
    *page = *last;
    pages->sorted = false;
    return before;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = ((const struct page *)a)->number;
    uint64_t y = ((const struct page *)b)->number;
    return (x > y) - (x < y);
}

void pages_sort(struct pages *pages)
{
    if (pages->sorted || !pages->count)
        return;
    qsort(pages->list, pages->count, sizeof *pages->list, by_number);
    pages->sorted = true;
    place_all(pages);
}

size_t pages_from(struct pages *pages, uint64_t number)
{
    pages_sort(pages);
    size_t low = 0, high = pages->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pages->list[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void pages_remove(struct pages *pages, bool (*unwanted)(const struct page *page, void *context),
                  void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < pages->count; i++) {
        if (unwanted(&pages->list[i], context))
            free(pages->list[i].before);
        else
            pages->list[kept++] = pages->list[i];
    }
    pages->count = kept;
    place_all(pages);
}

void pages_clear(struct pages *pages)
{
    for (size_t i = 0; i < pages->count; i++)
        free(pages->list[i].before);
    free(pages->list);
    free(pages->slots);
    *pages = (struct pages){0};
}
