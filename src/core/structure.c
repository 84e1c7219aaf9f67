/* structure: see structure.h. */
#include "structure.h"

#include <string.h>

static bool refuse(const struct image *image, const char *reason, struct error *error)
{
    return error_set(error, ERROR_UNSUPPORTED, image_name(image), "%s", reason);
}

static bool may_resize(const struct image *image, struct error *error)
{
    const struct source *source = &image->source;
    if (image->mode == IMAGE_READ)
        return error_set(error, ERROR_READONLY, image_name(image), "is open for reading only");
    if (image->mode == IMAGE_SHARED)
        return refuse(image, "shared mode cannot change the size", error);
    if (image->mode != IMAGE_MEMORY && (image->file_off || image->file_size != source->size))
        return refuse(image, "a window into a file cannot change its size: open the whole file",
                      error);
    if (image->mode == IMAGE_PATCH && source->device)
        return refuse(image, "the size of a device cannot change", error);
    return true;
}

/* A savepoint, and the layout of one change, must find memory before anything moves. */
static bool prepare(struct image *image, struct error *error)
{
    if (history_keep_layout(&image->history, &image->layout) && layout_reserve(&image->layout))
        return true;
    return error_set(error, ERROR_LIMIT, image_name(image), "out of memory for a change of size");
}

static uint64_t kept(const struct image *image)
{
    return range_min(image->size, image->file_size);
}

static void set_size(struct image *image, uint64_t size)
{
    image->size = size;
    image->generation++;
}

bool image_insert(struct image *image, uint64_t off, const void *data, uint64_t len,
                  struct error *error)
{
    uint64_t size;
    if (!may_resize(image, error))
        return false;
    if (!len)
        return image_intact(image, error);
    if (!range_add(image->size, len, &size))
        return error_set(error, ERROR_LIMIT, image_name(image), "would become too large");
    if (!image_reserve(image, size, error) || !prepare(image, error) ||
        !image_touch(image, off, size - off, error))
        return false;
    unsigned char *at = image->base + off;
    memmove(at + len, at, (size_t)(image->size - off));
    memcpy(at, data, (size_t)len);
    layout_insert(&image->layout, kept(image), off, len);
    set_size(image, size);
    return image_intact(image, error);
}

static bool cut_off(struct image *image, uint64_t size, struct error *error)
{
    if (!prepare(image, error) || !image_intact(image, error))
        return false;
    image_note_write(image);
    layout_delete(&image->layout, kept(image), size, image->size - size);
    set_size(image, size);
    return true;
}

bool image_delete(struct image *image, uint64_t off, uint64_t len, struct error *error)
{
    if (!may_resize(image, error))
        return false;
    if (!len)
        return image_intact(image, error);
    uint64_t size = image->size - len;
    if (off == size)
        return cut_off(image, size, error);
    /* Also what moves away from the end: a flush has to demand that it still is what was moved. */
    if (!prepare(image, error) || !image_touch(image, off, image->size - off, error))
        return false;
    unsigned char *at = image->base + off;
    memmove(at, at + len, (size_t)(size - off));
    layout_delete(&image->layout, kept(image), off, len);
    set_size(image, size);
    return image_intact(image, error);
}

/* Memory that was never stored to holds zeros already. */
static bool grow(struct image *image, uint64_t size, unsigned char fill, struct error *error)
{
    if (!image_reserve(image, size, error))
        return false;
    uint64_t stored = fill ? size : range_min(size, image->fresh);
    uint64_t len = stored > image->size ? stored - image->size : 0;
    if (!image_touch(image, image->size, len, error))
        return false;
    if (len)
        memset(image->base + image->size, fill, (size_t)len);
    image_note_write(image);
    set_size(image, size);
    return image_intact(image, error);
}

bool image_resize(struct image *image, uint64_t size, unsigned char fill, struct error *error)
{
    if (!may_resize(image, error))
        return false;
    if (size < image->size)
        return cut_off(image, size, error);
    if (size > image->size)
        return grow(image, size, fill, error);
    return image_intact(image, error);
}

bool image_move(struct image *image, uint64_t dst, uint64_t src, uint64_t len, struct error *error)
{
    if (!image_touch(image, dst, len, error))
        return false;
    if (len && dst != src)
        memmove(image->base + dst, image->base + src, (size_t)len);
    return image_intact(image, error);
}
