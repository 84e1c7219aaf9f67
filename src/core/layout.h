/*
 * layout: which bytes of the file stand where in an image whose size was changed.
 *
 * Inserting and deleting move bytes but never change their order, so a list of pieces, ascending in the
 * image and in the file alike, says it all. What lies between two pieces in the image is not from the
 * file; what lies between them in the file is not in the image.
 *
 * `kept` is the smaller of the image's size and the file's size before the change.
 *
 * Invariants:
 *   1. Pieces are not empty, do not overlap, and no two could be one.
 *   2. An empty list stands for a layout in which nothing moved: byte n is the file's byte n, as far as
 *      both reach. At least one piece of any other layout has moved.
 */
#ifndef SUTURE_LAYOUT_H
#define SUTURE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct piece {
    uint64_t off;     /* in the image */
    uint64_t old_off; /* in the file */
    uint64_t len;
};

struct layout {
    struct piece *list;
    size_t count;
    size_t room;
};

/*
 * A part of the image and the part of the file that it stands for. Where both have the same length they
 * are to be compared byte by byte, otherwise one of them is empty.
 */
struct segment {
    uint64_t off;
    uint64_t len;
    uint64_t old_off;
    uint64_t old_len;
};

/* Whether some byte of the file has another offset in the image. */
static inline bool layout_is_moved(const struct layout *layout)
{
    return layout->count > 0;
}

/* Makes sure that one insert or delete finds room. False when memory runs out. */
bool layout_reserve(struct layout *layout);

/* Notes that len bytes were inserted at off. layout_reserve came before. */
void layout_insert(struct layout *layout, uint64_t kept, uint64_t off, uint64_t len);

/* Notes that [off, off + len) was deleted. layout_reserve came before. */
void layout_delete(struct layout *layout, uint64_t kept, uint64_t off, uint64_t len);

/*
 * The segment of that number, ascending from 0, of an image of `size` bytes over a file of `file_size`;
 * it may be empty. False behind the last one.
 */
bool layout_segment(const struct layout *layout, uint64_t size, uint64_t file_size, size_t number,
                    struct segment *segment);

/* Makes *copy, whatever it was, a layout of its own. False when memory runs out; it is empty then. */
bool layout_copy(const struct layout *layout, struct layout *copy);

/* Nothing has moved any more; frees what the list took. */
void layout_clear(struct layout *layout);

#endif
