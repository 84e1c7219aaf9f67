/* image: see image.h. */
#include "image.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NO_PAGE UINT64_MAX

/* Up to here copying pre-images back is cheaper than giving all pages back to the kernel (measured). */
#define COPY_BACK_PAGES 1000

const char *image_name(const struct image *image)
{
    return image->source.path ? image->source.path : "buffer";
}

static uint64_t lead(const struct image *image)
{
    return (uint64_t)(image->base - image->map.base);
}

static int protection(enum image_mode mode)
{
    return mode == IMAGE_READ ? PROT_READ : PROT_READ | PROT_WRITE;
}

static int sharing(enum image_mode mode)
{
    /* NORESERVE: a private map of a TiB must not be refused for the memory that it might need. */
    return mode == IMAGE_SHARED ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE;
}

/* An image of no bytes has no mapping: mmap refuses a length of 0. */
static bool map_file(struct image *image, struct error *error)
{
    const char *path = image->source.path;
    if (!image->size)
        return true;
    uint64_t unit = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t from = range_floor(image->file_off, unit);
    uint64_t before = image->file_off - from;
    uint64_t len;
    if (!range_add(image->size, before, &len) || len > SIZE_MAX / 2)
        return error_set(error, ERROR_LIMIT, path, "is too large to be mapped");
    void *map = mmap(NULL, (size_t)len, protection(image->mode), sharing(image->mode),
                     image->source.fd, (off_t)from);
    if (map == MAP_FAILED)
        return error_system(error, errno, path, "cannot map");
    if (!fault_enter(&image->map, map, (size_t)len, error)) {
        munmap(map, (size_t)len);
        return false;
    }
    image->base = image->map.base + before;
    return true;
}

static bool set_window(struct image *image, const struct image_options *options,
                       struct error *error)
{
    uint64_t size = image->source.size;
    const char *path = image->source.path;
    if (options->off > size)
        return error_at(error, ERROR_RANGE, path, options->off,
                        "the window begins past the end (size 0x%" PRIx64 ")", size);
    if (options->has_len && !range_fits(size, options->off, options->len))
        return error_at(error, ERROR_RANGE, path, options->off,
                        "the window of %" PRIu64 " bytes passes the end (size 0x%" PRIx64 ")",
                        options->len, size);
    image->file_off = options->off;
    image->size = options->has_len ? options->len : size - options->off;
    return true;
}

static enum source_use use_of(enum image_mode mode)
{
    if (mode == IMAGE_PATCH)
        return SOURCE_PATCH;
    return mode == IMAGE_SHARED ? SOURCE_SHARED : SOURCE_READ;
}

bool image_open(struct image *image, const char *path, const struct image_options *options,
                struct error *error)
{
    struct source_options source = {
        .use = use_of(options->mode),
        .block = options->block,
        .create = options->create,
        .create_size = options->create_size,
    };
    *image = (struct image){.mode = options->mode, .hot_page = NO_PAGE};
    if (!source_open(&image->source, path, &source, error))
        return false;
    if (!set_window(image, options, error) || !map_file(image, error)) {
        source_close(&image->source);
        return false;
    }
    image->open = true;
    return true;
}

bool image_open_memory(struct image *image, uint64_t size, struct error *error)
{
    *image = (struct image){.mode = IMAGE_MEMORY, .hot_page = NO_PAGE, .source = {.fd = -1}};
    image->size = size;
    if (size > SIZE_MAX / 2)
        return error_set(error, ERROR_LIMIT, "buffer", "0x%" PRIx64 " bytes are too many", size);
    if (size) {
        size_t len = (size_t)range_ceiling(size, PAGE_BYTES);
        void *map = mmap(NULL, len, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (map == MAP_FAILED)
            return error_set(error, ERROR_LIMIT, "buffer", "no memory for 0x%" PRIx64 " bytes", size);
        image->map.base = map;
        image->map.len = len;
        image->base = map;
    }
    image->open = true;
    return true;
}

static void become_clean(struct image *image)
{
    pages_clear(&image->pages);
    guards_clear(&image->guards);
    canary_disarm(&image->canary);
    image->hot_page = NO_PAGE;
}

void image_close(struct image *image)
{
    if (!image->open)
        return;
    fault_leave(&image->map);
    if (image->map.base)
        munmap(image->map.base, image->map.len);
    become_clean(image);
    image->base = NULL;
    image->map.base = NULL;
    image->size = 0;
    image->open = false;
    image->generation++;
    source_release(&image->source);
}

void image_free(struct image *image)
{
    image_close(image);
    source_close(&image->source);
}

/* A page was missing although the file has its size: it was short for a while, or cannot be read. */
static bool missing_page(const struct image *image, struct error *error)
{
    uint64_t off = (uint64_t)(image->map.where - image->base);
    unsigned char byte;
    if (!source_read(&image->source, image->file_off + off, &byte, 1, error))
        return false;
    return error_at(error, ERROR_TRUNCATED, image_name(image), off,
                    "was truncated and made long again by another process");
}

bool image_intact(const struct image *image, struct error *error)
{
    uint64_t now = 0;
    if (!fault_hit(&image->map))
        return true;
    if (!source_size_now(&image->source, &now, error))
        return false;
    if (now < image->source.size)
        return source_same_size(&image->source, error);
    return missing_page(image, error);
}

bool image_current(const struct image *image, struct error *error)
{
    uint64_t now = 0;
    if (!image_intact(image, error))
        return false;
    if (image->source.fd < 0)
        return true;
    if (!source_size_now(&image->source, &now, error))
        return false;
    return now >= image->source.size || source_same_size(&image->source, error);
}

bool image_survived(const struct image *image, struct error *error)
{
    if (!image_current(image, error))
        return false;
    if (canary_alive(&image->canary))
        return true;
    return error_set(error, ERROR_TRUNCATED, image_name(image),
                     "was truncated and written again by another process: pending bytes are lost");
}

static uint64_t last_page(const struct image *image)
{
    return (image->map.len - 1) >> PAGE_BITS;
}

/* Invariant 4. Memory has no file that could be truncated. */
static bool watch_last_page(struct image *image, uint64_t last_touched, struct error *error)
{
    if (image->mode == IMAGE_MEMORY)
        return true;
    if (!image->pages.count)
        canary_arm(&image->canary, image->map.base + image->map.len - 1);
    else if (last_touched == last_page(image))
        return image_survived(image, error);
    return true;
}

static bool keep_pre_image(struct image *image, uint64_t number, struct error *error)
{
    const unsigned char *page = image->map.base + (number << PAGE_BITS);
    unsigned char last[PAGE_BYTES];
    uint64_t left = image->map.len - (number << PAGE_BITS);
    if (left < PAGE_BYTES) {
        memset(last, 0, sizeof last);
        memcpy(last, page, left);
        page = last;
    }
    if (pages_add(&image->pages, number, page))
        return true;
    return error_set(error, ERROR_LIMIT, image_name(image), "out of memory for pending bytes");
}

bool image_touch(struct image *image, uint64_t off, uint64_t len, struct error *error)
{
    if (image->mode == IMAGE_READ)
        return error_at(error, ERROR_READONLY, image_name(image), off, "is open for reading only");
    if (!len || image->mode == IMAGE_SHARED)
        return image_intact(image, error);
    uint64_t first = (lead(image) + off) >> PAGE_BITS;
    uint64_t last = (lead(image) + off + (len - 1)) >> PAGE_BITS;
    if (!watch_last_page(image, last, error))
        return false;
    for (uint64_t number = first; number <= last; number++)
        if (!pages_find(&image->pages, number) && !keep_pre_image(image, number, error))
            return false;
    image->hot_page = last == last_page(image) ? NO_PAGE : last;
    return image_intact(image, error);
}

bool image_write(struct image *image, uint64_t off, const void *data, uint64_t len,
                 struct error *error)
{
    if (!image_touch(image, off, len, error))
        return false;
    if (len)
        memmove(image->base + off, data, (size_t)len);
    return image_intact(image, error);
}

bool image_guard(struct image *image, uint64_t off, uint64_t len, struct error *error)
{
    while (image->mode == IMAGE_PATCH && len) {
        uint64_t at = lead(image) + off;
        uint64_t part = range_min(len, PAGE_BYTES - (at & (PAGE_BYTES - 1)));
        if (!pages_find(&image->pages, at >> PAGE_BITS) &&
            !guards_add(&image->guards, off, image->base + off, (size_t)part))
            return error_set(error, ERROR_LIMIT, image_name(image), "out of memory for guards");
        off += part;
        len -= part;
    }
    return true;
}

/* The part [from, to) of a page, in bytes of the page, that lies inside the image. */
static void page_bounds(const struct image *image, uint64_t number, uint64_t *from, uint64_t *to)
{
    uint64_t start = number << PAGE_BITS;
    uint64_t first = lead(image);
    uint64_t last = first + image->size;
    *from = start < first ? first - start : 0;
    *to = range_min(PAGE_BYTES, last - start);
}

/* The first index in [from, to) where a and b differ (or are equal), else to. */
static uint64_t first_where(const unsigned char *a, const unsigned char *b, uint64_t from,
                            uint64_t to, bool differ)
{
    if (differ && memcmp(a + from, b + from, (size_t)(to - from)) == 0)
        return to;
    while (from < to && (a[from] != b[from]) != differ)
        from++;
    return from;
}

/* Where the run that reaches the end of a page goes on into the next ones. */
static uint64_t run_end(struct image *image, size_t index, uint64_t end)
{
    while (++index < image->pages.count) {
        const struct page *page = &image->pages.list[index];
        uint64_t start = page->number << PAGE_BITS;
        uint64_t from, to;
        page_bounds(image, page->number, &from, &to);
        if (start != end)
            break;
        uint64_t equal = first_where(image->map.base + start, page->before, from, to, false);
        end = start + equal;
        if (equal < to)
            break;
    }
    return end;
}

bool image_next_run(struct image *image, uint64_t from, struct image_run *run)
{
    if (!image->pages.count || from >= image->size)
        return false;
    uint64_t at = lead(image) + from;
    for (size_t i = pages_from(&image->pages, at >> PAGE_BITS); i < image->pages.count; i++) {
        const struct page *page = &image->pages.list[i];
        uint64_t start = page->number << PAGE_BITS;
        const unsigned char *now = image->map.base + start;
        uint64_t first, to;
        page_bounds(image, page->number, &first, &to);
        if (at > start + first)
            first = at - start;
        first = first_where(now, page->before, first, to, true);
        if (first == to)
            continue;
        uint64_t end = start + first_where(now, page->before, first, to, false);
        if (end == start + PAGE_BYTES)
            end = run_end(image, i, end);
        run->off = start + first - lead(image);
        run->len = end - (start + first);
        return true;
    }
    return false;
}

void image_before(const struct image *image, uint64_t off, uint64_t len, void *data)
{
    unsigned char *to = data;
    while (len) {
        uint64_t at = lead(image) + off;
        uint64_t in_page = at & (PAGE_BYTES - 1);
        uint64_t part = range_min(len, PAGE_BYTES - in_page);
        const struct page *page = pages_find(&image->pages, at >> PAGE_BITS);
        memcpy(to, page ? page->before + in_page : image->base + off, (size_t)part);
        to += part;
        off += part;
        len -= part;
    }
}

bool image_touched(const struct image *image)
{
    return image->pages.count > 0;
}

static void copy_back(struct image *image)
{
    for (size_t i = 0; i < image->pages.count; i++) {
        const struct page *page = &image->pages.list[i];
        uint64_t from, to;
        page_bounds(image, page->number, &from, &to);
        memcpy(image->map.base + (page->number << PAGE_BITS) + from, page->before + from,
               (size_t)(to - from));
    }
}

void image_rollback(struct image *image)
{
    bool from_file = image->mode == IMAGE_PATCH || image->mode == IMAGE_COPY;
    if (!from_file || image->pages.count <= COPY_BACK_PAGES ||
        madvise(image->map.base, image->map.len, MADV_DONTNEED) != 0)
        copy_back(image);
    become_clean(image);
}

/*
 * The kernel's private copy equals the file now; giving it up frees memory and shows later writes of
 * others. Where the system's pages are larger than ours, a neighbour may be dirty: then it stays.
 */
static void drop_private_copy(const struct image *image, const struct page *page)
{
    if (PAGE_BYTES % (uint64_t)sysconf(_SC_PAGESIZE) == 0 && page->number != last_page(image))
        madvise(image->map.base + (page->number << PAGE_BITS), PAGE_BYTES, MADV_DONTNEED);
}

static bool became_clean(const struct page *page, void *context)
{
    const struct image *image = context;
    uint64_t from, to;
    page_bounds(image, page->number, &from, &to);
    if (memcmp(image->map.base + (page->number << PAGE_BITS) + from, page->before + from,
               (size_t)(to - from)) != 0)
        return false;
    drop_private_copy(image, page);
    return true;
}

void image_settle(struct image *image, uint64_t off, uint64_t len)
{
    uint64_t settled = lead(image) + off;
    for (size_t i = 0; i < image->pages.count; i++) {
        struct page *page = &image->pages.list[i];
        uint64_t start = page->number << PAGE_BITS;
        uint64_t from = settled > start ? settled - start : 0;
        uint64_t to = settled + len > start ? range_min(PAGE_BYTES, settled + len - start) : 0;
        if (from < to)
            memcpy(page->before + from, image->map.base + start + from, (size_t)(to - from));
    }
    pages_remove(&image->pages, became_clean, image);
    guards_forget(&image->guards, off, len);
    image->hot_page = NO_PAGE;
    if (!image->pages.count)
        become_clean(image);
}
