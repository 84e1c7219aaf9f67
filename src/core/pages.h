/*
 * pages: the table of dirty pages and of what they held before.
 *
 * Keys are page numbers; a page is PAGE_BYTES long whatever the system's page is. The table costs memory
 * for the pages that are in it and nothing for those that are not, so a target of a TiB may have three.
 *
 * Invariants:
 *   1. A page is in the table at most once.
 *   2. `list` holds all entries; `slots` finds an entry by hashing; both agree after every call.
 */
#ifndef SUTURE_PAGES_H
#define SUTURE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tests build with a smaller power of two, so that small data crosses every boundary. */
#ifndef PAGE_BITS
#define PAGE_BITS 12
#endif
#define PAGE_BYTES ((uint64_t)1 << PAGE_BITS)

struct page {
    uint64_t number; /* offset / PAGE_BYTES */
    unsigned char
        *before; /* PAGE_BYTES bytes, owned; NULL where the table's user gives that a meaning */
};

struct pages {
    struct page *list;
    size_t count;
    size_t room;
    size_t *slots;     /* index into list plus 1; 0 is free */
    size_t slot_count; /* a power of two, or 0 */
    bool sorted;       /* list is in ascending order of number */
};

/* The entry of a page, or NULL. The pointer holds until the next addition, sorting or removal. */
struct page *pages_find(const struct pages *pages, uint64_t number);

/*
 * Adds a page that is not in the table, with a copy of PAGE_BYTES bytes at before. False when memory runs
 * out; the table is as it was then.
 */
bool pages_add(struct pages *pages, uint64_t number, const unsigned char *before);

/* Makes room for so many more. False when memory runs out; the table is as it was then. */
bool pages_reserve(struct pages *pages, size_t more);

/* Adds a page that is not in the table, for which pages_reserve made room; `before` becomes the table's. */
void pages_put(struct pages *pages, uint64_t number, unsigned char *before);

/* Takes a page out of the table; its bytes, which become the caller's, or NULL when it is not there. */
unsigned char *pages_take(struct pages *pages, uint64_t number);

/* Puts list in ascending order. */
void pages_sort(struct pages *pages);

/* Index in the sorted list of the first page with at least that number; count when there is none. */
size_t pages_from(struct pages *pages, uint64_t number);

/* Drops every entry for which unwanted(page, context) is true. */
void pages_remove(struct pages *pages, bool (*unwanted)(const struct page *page, void *context),
                  void *context);

/* Drops everything and frees it; the table is empty and usable. */
void pages_clear(struct pages *pages);

#endif
