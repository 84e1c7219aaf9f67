/* image: see image.h. */
#include "image.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NO_PAGE UINT64_MAX

const char *image_name(const struct image *image)
{
    return image->source.path ? image->source.path : "buffer";
}

static uint64_t system_page(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
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

/*
 * Maps the image's range of the file fd, which may not be that long yet, and enters the map. An image of no bytes has
 * no mapping: mmap refuses a length of 0.
 */
static bool map_range(const struct image *image, int fd, struct fault_map *map, struct error *error)
{
    const char *path = image->source.path;
    if (!image->size)
        return true;
    uint64_t from = range_floor(image->file_off, system_page());
    uint64_t len;
    if (!range_add(image->size, image->file_off - from, &len) || len > SIZE_MAX / 2)
        return error_set(error, ERROR_LIMIT, path, "is too large to be mapped");
    len = range_ceiling(len, system_page());
    void *base =
        mmap(NULL, (size_t)len, protection(image->mode), sharing(image->mode), fd, (off_t)from);
    if (base == MAP_FAILED)
        return error_system(error, errno, path, "cannot map");
    if (fault_enter(map, base, (size_t)len, error))
        return true;
    munmap(base, (size_t)len);
    return false;
}

/* The map of the file, if there is one, is the image's memory. */
static void use_map(struct image *image)
{
    if (!image->map.len)
        return;
    image->base = image->map.base + image->file_off % system_page();
    image->room = image->fresh = image->map.len;
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
    image->file_size = image->size;
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
    if (!set_window(image, options, error) ||
        !map_range(image, image->source.fd, &image->map, error)) {
        source_close(&image->source);
        return false;
    }
    use_map(image);
    image->open = true;
    return true;
}

bool image_open_memory(struct image *image, uint64_t size, struct error *error)
{
    *image = (struct image){.mode = IMAGE_MEMORY, .hot_page = NO_PAGE, .source = {.fd = -1}};
    if (!image_reserve(image, size, error))
        return false;
    image->size = image->file_size = size;
    image->fresh = range_ceiling(size, PAGE_BYTES);
    image->open = true;
    return true;
}

static void *map_anonymous(uint64_t len)
{
    return mmap(NULL, (size_t)len, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static bool move_mapping(unsigned char *from, uint64_t len, unsigned char *to, uint64_t new_len)
{
    return !len ||
           mremap(from, (size_t)len, (size_t)new_len, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to;
}

/*
 * Moves the memory into the larger mapping at `to`. What is anonymous grows while it moves, so that it is one
 * mapping again, which the next move can take as a whole.
 */
static bool move_memory(struct image *image, unsigned char *to, uint64_t room)
{
    uint64_t file = image->map.len, rest = image->room - file;
    unsigned char *from = image->map.base;
    if (!move_mapping(from + file, rest, to + file, room - file))
        return false;
    if (move_mapping(from, file, to, file))
        return true;
    move_mapping(to + file, room - file, from + file, rest);
    return false;
}

static bool no_room(const struct image *image, uint64_t size, struct error *error)
{
    return error_set(error, ERROR_LIMIT, image_name(image), "no memory for 0x%" PRIx64 " bytes",
                     size);
}

bool image_reserve(struct image *image, uint64_t size, struct error *error)
{
    if (size <= image->room)
        return true;
    if (size > SIZE_MAX / 2)
        return error_set(error, ERROR_LIMIT, image_name(image), "0x%" PRIx64 " bytes are too many",
                         size);
    /* A page that stands in for a missing one cuts the mapping in pieces, which cannot be moved. */
    if (!image_intact(image, error))
        return false;
    uint64_t least = range_ceiling(size, system_page());
    uint64_t room = image->room > least / 2 ? image->room * 2 : least;
    unsigned char *to = map_anonymous(room);
    if (to == MAP_FAILED)
        to = map_anonymous(room = least);
    if (to == MAP_FAILED)
        return no_room(image, size, error);
    if (!move_memory(image, to, room)) {
        munmap(to, (size_t)room);
        return no_room(image, size, error);
    }
    if (image->canary.page)
        image->canary.page = to + (image->canary.page - image->map.base);
    image->base = to + image_lead(image);
    image->map.base = to;
    image->room = room;
    return true;
}

void image_become_clean(struct image *image)
{
    pages_clear(&image->pages);
    guards_clear(&image->guards);
    canary_disarm(&image->canary);
    layout_clear(&image->layout);
    image->state = 0;
    image->outdated = false;
    image->hot_page = NO_PAGE;
}

static void unmap(struct image *image)
{
    fault_leave(&image->map);
    if (image->room)
        munmap(image->map.base, (size_t)image->room);
    image->apart = false;
    image->base = image->map.base = NULL;
    image->map.len = 0;
    image->room = image->fresh = 0;
}

void image_close(struct image *image)
{
    if (!image->open)
        return;
    image_become_clean(image);
    unmap(image);
    history_clear(&image->history);
    image->size = image->file_size = 0;
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

/* The pages that share the system's page with the last byte of the mapped file. */
static bool is_watched(const struct image *image, uint64_t first, uint64_t last)
{
    if (!image->map.len)
        return false;
    uint64_t from = (image->map.len - system_page()) >> PAGE_BITS;
    uint64_t to = (image->map.len - 1) >> PAGE_BITS;
    return first <= to && last >= from;
}

/* Invariant 4. Memory has no file that could be truncated. */
bool image_watch(struct image *image, uint64_t first, uint64_t last, struct error *error)
{
    if (image->map.len && !image->canary.page)
        canary_arm(&image->canary, image->map.base + image->map.len - 1);
    else if (is_watched(image, first, last))
        return image_survived(image, error);
    return true;
}

/* Whether a page begins before the end of the file's bytes. */
static bool is_of_file(const struct image *image, uint64_t number)
{
    return number << PAGE_BITS < image_lead(image) + image->file_size;
}

/* Invariant 1, for one page. */
static bool keep_page(struct image *image, uint64_t number, struct error *error)
{
    const unsigned char *page = image->map.base + (number << PAGE_BITS);
    bool becomes_dirty = is_of_file(image, number) && !pages_find(&image->pages, number);
    if ((!becomes_dirty || pages_add(&image->pages, number, page)) &&
        (!history_wants(&image->history, number) ||
         history_keep(&image->history, number, becomes_dirty ? NULL : page)))
        return true;
    return error_set(error, ERROR_LIMIT, image_name(image), "out of memory for pending bytes");
}

/* The page behind the last one that anything has to be kept of. */
static uint64_t keep_end(const struct image *image)
{
    const struct layer *top = history_top(&image->history);
    uint64_t end = image_lead(image) + image->file_size;
    if (top && top->reach > end)
        end = top->reach;
    return range_ceiling(end, PAGE_BYTES) >> PAGE_BITS;
}

bool image_touch(struct image *image, uint64_t off, uint64_t len, struct error *error)
{
    if (image->mode == IMAGE_READ)
        return error_at(error, ERROR_READONLY, image_name(image), off, "is open for reading only");
    if (!len || image->mode == IMAGE_SHARED)
        return image_intact(image, error);
    uint64_t first = (image_lead(image) + off) >> PAGE_BITS;
    uint64_t last = (image_lead(image) + off + (len - 1)) >> PAGE_BITS;
    if (!image_watch(image, first, last, error))
        return false;
    uint64_t end = range_min(last + 1, keep_end(image));
    for (uint64_t number = first; number < end; number++)
        if (!keep_page(image, number, error))
            return false;
    if (image->fresh < (last + 1) << PAGE_BITS)
        image->fresh = (last + 1) << PAGE_BITS;
    image_note_write(image);
    image->hot_page = is_watched(image, last, last) ? NO_PAGE : last;
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
    /* What the file does not hold cannot change in it. */
    len = off < image->file_size ? range_min(len, image->file_size - off) : 0;
    while (image->mode == IMAGE_PATCH && len) {
        uint64_t at = image_lead(image) + off;
        uint64_t part = range_min(len, PAGE_BYTES - (at & (PAGE_BYTES - 1)));
        if (!pages_find(&image->pages, at >> PAGE_BITS) &&
            !guards_add(&image->guards, off, image->base + off, (size_t)part))
            return error_set(error, ERROR_LIMIT, image_name(image), "out of memory for guards");
        off += part;
        len -= part;
    }
    return true;
}

bool image_touched(const struct image *image)
{
    return image->state != 0;
}

/*
 * The kernel's private copy equals the file now; giving it up frees memory and shows later writes of
 * others. Where the system's pages are larger than ours, a neighbour may be dirty: then it stays.
 */
static void drop_private_copy(const struct image *image, const struct page *page)
{
    if (PAGE_BYTES % (uint64_t)sysconf(_SC_PAGESIZE) == 0 &&
        !is_watched(image, page->number, page->number))
        madvise(image->map.base + (page->number << PAGE_BITS), PAGE_BYTES, MADV_DONTNEED);
}

static bool became_clean(const struct page *page, void *context)
{
    const struct image *image = context;
    uint64_t start = page->number << PAGE_BITS;
    uint64_t first = image_lead(image), end = first + image->file_size;
    uint64_t from = start < first ? first - start : 0;
    uint64_t to = range_min(PAGE_BYTES, end - start);
    if (memcmp(image->map.base + start + from, page->before + from, (size_t)(to - from)) != 0)
        return false;
    drop_private_copy(image, page);
    return true;
}

void image_settle(struct image *image, uint64_t off, uint64_t len)
{
    uint64_t settled = image_lead(image) + off;
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
    history_clear(&image->history);
    image->hot_page = NO_PAGE;
    if (image->pages.count)
        image->state = ++image->last_state;
    else
        image_become_clean(image);
}

static bool is_elsewhere(const struct image *image)
{
    return image->size != image->file_size || layout_is_moved(&image->layout);
}

bool image_foresee(const struct image *image, int fd, struct image_after *after,
                   struct error *error)
{
    struct stat status;
    after->mapped = fd != image->source.fd || is_elsewhere(image);
    if (!after->mapped)
        return true;
    if (fstat(fd, &status) != 0)
        return error_system(error, errno, image->source.path, NULL);
    after->dev = status.st_dev;
    after->ino = status.st_ino;
    return map_range(image, fd, &after->map, error);
}

void image_overlook(struct image_after *after)
{
    fault_leave(&after->map);
    if (after->map.len)
        munmap(after->map.base, after->map.len);
    *after = (struct image_after){0};
}

/* Puts the new map in the place of the old one. The handler is installed: entering it again cannot fail. */
static void take_over(struct image *image, struct image_after *after)
{
    struct error none;
    image->source.size += image->size - image->file_size;
    image_become_clean(image);
    unmap(image);
    history_clear(&image->history);
    image->file_size = image->size;
    fault_leave(&after->map);
    if (after->map.len)
        fault_enter(&image->map, after->map.base, after->map.len, &none);
    use_map(image);
    *after = (struct image_after){0};
}

void image_settle_all(struct image *image, struct image_after *after)
{
    if (after->mapped)
        take_over(image, after);
    else
        image_settle(image, 0, image->size);
}

void image_replace_source(struct image *image, int fd, struct image_after *after)
{
    source_adopt(&image->source, fd, after->dev, after->ino);
    take_over(image, after);
}
