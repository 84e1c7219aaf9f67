/* advice: see advice.h. */
#include "advice.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct named {
    const char *name;
    int advice;
};

/*
 * Left out is what drops bytes (free, remove, hwpoison), and what changes a worker's copy of the memory
 * (dontfork, wipeonfork) or who owns its pages (mergeable).
 */
static const struct named NAMED[] = {
    {"normal", MADV_NORMAL},         {"random", MADV_RANDOM},
    {"sequential", MADV_SEQUENTIAL}, {"willneed", MADV_WILLNEED},
    {"dontneed", MADV_DONTNEED},     {"cold", MADV_COLD},
    {"pageout", MADV_PAGEOUT},       {"populate_read", MADV_POPULATE_READ},
    {"hugepage", MADV_HUGEPAGE},     {"nohugepage", MADV_NOHUGEPAGE},
};

#define NAMED_COUNT (sizeof NAMED / sizeof *NAMED)

bool advice_find(const char *name, int *advice)
{
    for (size_t i = 0; i < NAMED_COUNT; i++) {
        if (strcmp(NAMED[i].name, name) != 0)
            continue;
        *advice = NAMED[i].advice;
        return true;
    }
    return false;
}

const char *advice_name(size_t number)
{
    return number < NAMED_COUNT ? NAMED[number].name : NULL;
}

static uint64_t system_page(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* [from, to) counts from map.base and lies on the system's pages. */
static bool advise(const struct image *image, int advice, uint64_t from, uint64_t to,
                   struct error *error)
{
    if (from >= to || madvise(image->map.base + from, (size_t)(to - from), advice) == 0)
        return true;
    int sys = errno;
    if (!image_current(image, error))
        return false;
    if (sys == EINVAL)
        return error_set(error, ERROR_UNSUPPORTED, image_name(image),
                         "the kernel does not take this advice for this memory");
    return error_system(error, sys, image_name(image), "cannot advise");
}

/* Lets go of [from, to), whole system pages of the file, but for those that hold a dirty page. */
static bool drop_clean(struct image *image, uint64_t from, uint64_t to, struct error *error)
{
    size_t i = pages_from(&image->pages, from >> PAGE_BITS);
    for (; i < image->pages.count; i++) {
        uint64_t start = image->pages.list[i].number << PAGE_BITS;
        if (start >= to)
            break;
        if (!advise(image, MADV_DONTNEED, from, range_floor(start, system_page()), error))
            return false;
        uint64_t behind = range_ceiling(start + PAGE_BYTES, system_page());
        if (behind > from)
            from = behind;
    }
    return advise(image, MADV_DONTNEED, from, to, error);
}

/* The last page of the file holds the canary, and behind the file's end what the image has grown by. */
static uint64_t droppable_end(const struct image *image)
{
    return image->map.len ? image->map.len - system_page() : 0;
}

bool advice_give(struct image *image, int advice, uint64_t off, uint64_t len, struct error *error)
{
    if (!image_intact(image, error))
        return false;
    if (!len)
        return true;
    uint64_t from = image_lead(image) + off, to = from + len;
    if (advice != MADV_DONTNEED)
        return advise(image, advice, range_floor(from, system_page()),
                      range_ceiling(to, system_page()), error);
    /* Redo takes what pages hold for their pre-images. */
    if (history_last_step(&image->history))
        return true;
    from = range_ceiling(from, system_page());
    to = range_min(range_floor(to, system_page()), droppable_end(image));
    return from >= to || drop_clean(image, from, to, error);
}

bool advice_sync(const struct image *image, uint64_t off, uint64_t len, struct error *error)
{
    if (image->mode != IMAGE_SHARED)
        return error_set(error, ERROR_UNSUPPORTED, image_name(image),
                         "only shared mode writes straight through: flush instead");
    if (!len)
        return image_intact(image, error);
    uint64_t to = image_lead(image) + off + len;
    uint64_t from = range_floor(image_lead(image) + off, system_page());
    if (msync(image->map.base + from, (size_t)(to - from), MS_SYNC) != 0)
        return error_system(error, errno, image_name(image), "cannot make the change durable");
    return image_intact(image, error);
}
