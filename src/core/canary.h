/*
 * canary: notices that another process truncated the file and made it long again.
 *
 * A truncation throws private pages away together with the pending bytes in them; when the file grows
 * back before anyone looks, the size is as it was and the lost pages read like clean ones. Every truncation
 * that takes a page takes the file's last page too. So a private copy of the last page is made before the
 * first write, and as long as it is private, no page was lost. Nobody may store to the last page without
 * asking first: a store would make it private again.
 *
 * Whether a page is private is read from /proc/self/pagemap (Linux, Documentation/admin-guide/mm/
 * pagemap.rst: bit 63 present, 62 swapped, 61 file page or shared). Without /proc nothing can be known.
 */
#ifndef SUTURE_CANARY_H
#define SUTURE_CANARY_H

#include <stdbool.h>
#include <stddef.h>

struct canary {
    volatile unsigned char *page; /* a byte of the page that was made private; NULL: not armed */
};

/* Makes the page of that byte, in a private writable mapping, a private copy. Its bytes stay. */
void canary_arm(struct canary *canary, unsigned char *byte);

/* Whether the private copy is still there; true when not armed or when it cannot be known. */
bool canary_alive(const struct canary *canary);

/*
 * From here on nothing is watched, and the page shows the file again: whoever calls it has nothing pending in
 * that page. To be called while the mapping is there.
 */
void canary_disarm(struct canary *canary);

#endif
