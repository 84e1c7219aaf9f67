/* holes: see holes.h. */
#include "holes.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

/* A page that was ever written to may be a private copy still, though it is clean again after a rollback. */
static bool is_as_file(const struct image *image)
{
    return image->source.fd >= 0 && !image->last_state;
}

uint64_t image_hole(struct image *image, uint64_t off, uint64_t len)
{
    if (!is_as_file(image) || !len)
        return 0;
    off_t at = (off_t)(image->file_off + off);
    off_t data = lseek(image->source.fd, at, SEEK_DATA);
    if (data < 0)
        return errno == ENXIO ? len : 0;
    return range_min(len, (uint64_t)(data - at));
}
