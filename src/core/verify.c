/* verify: see verify.h. */
#include "verify.h"

struct file {
    const struct image *image;
    struct source source; /* the image's, read through the flush's own descriptor */
};

/* Compares len (at most PAGE_BYTES) bytes at off of the image's file with what they should be. */
static bool same(const struct file *file, uint64_t off, const unsigned char *should, uint64_t len,
                 struct error *error)
{
    unsigned char now[PAGE_BYTES];
    if (!source_read(&file->source, file->image->file_off + off, now, (size_t)len, error))
        return false;
    for (uint64_t i = 0; i < len; i++)
        if (now[i] != should[i])
            return error_at(error, ERROR_CHANGED, image_name(file->image), off + i,
                            "another process changed the file here: 0x%02x became 0x%02x",
                            should[i], now[i]);
    return true;
}

static bool same_page(const struct file *file, const struct page *page, struct error *error)
{
    uint64_t start = page->number << PAGE_BITS;
    uint64_t lead = (uint64_t)(file->image->base - file->image->map.base);
    uint64_t skip = start < lead ? lead - start : 0;
    uint64_t off = start + skip - lead;
    uint64_t len = range_min(PAGE_BYTES - skip, file->image->file_size - off);
    return same(file, off, page->before + skip, len, error);
}

static bool same_guard(const struct file *file, const struct guard *guard, struct error *error)
{
    const unsigned char *bytes = file->image->guards.bytes + guard->at;
    return same(file, guard->off, bytes, guard->len, error);
}

bool verify_image(struct image *image, int fd, struct error *error)
{
    struct file file = {image, image->source};
    file.source.fd = fd;
    pages_sort(&image->pages);
    image->outdated = true;
    for (size_t i = 0; i < image->pages.count; i++)
        if (!same_page(&file, &image->pages.list[i], error))
            return false;
    for (size_t i = 0; i < image->guards.count; i++)
        if (!same_guard(&file, &image->guards.list[i], error))
            return false;
    image->outdated = false;
    return true;
}
