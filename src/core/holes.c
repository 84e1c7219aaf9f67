/* holes: see holes.h. */
#include "holes.h"

#include <errno.h>
#include <unistd.h>

/* How many bytes lie in clean pages of the file before the next dirty one. */
static uint64_t untouched(struct image *image, uint64_t off, uint64_t len)
{
    uint64_t at = image_lead(image) + off;
    size_t i = pages_from(&image->pages, at >> PAGE_BITS);
    if (i == image->pages.count)
        return len;
    uint64_t start = image->pages.list[i].number << PAGE_BITS;
    return start > at ? range_min(len, start - at) : 0;
}

uint64_t image_hole(struct image *image, uint64_t off, uint64_t len)
{
    if (image->source.fd < 0 || layout_is_moved(&image->layout) || off >= image->file_size)
        return 0;
    len = untouched(image, off, range_min(len, image->file_size - off));
    if (!len)
        return 0;
    off_t at = (off_t)(image->file_off + off);
    off_t data = lseek(image->source.fd, at, SEEK_DATA);
    if (data < 0)
        return errno == ENXIO ? len : 0;
    return range_min(len, (uint64_t)(data - at));
}
