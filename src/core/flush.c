/* flush: see flush.h, whose numbers are cited here. */
#include "flush.h"

#include "held.h"
#include "verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The largest piece that is read back or written from pre-images at once. */
#define PIECE ((uint64_t)64 * 1024)

struct flush {
    struct image *image;
    uint64_t off;
    uint64_t end;
    int fd;
    mode_t mode; /* permission bits at the start: a write by a user clears set-id bits */
};

/* The first changed run at or after `from` that begins before the end of the flushed range, clipped. */
static bool next_run(const struct flush *flush, uint64_t from, struct image_run *run)
{
    if (!image_next_run(flush->image, from, run) || run->off >= flush->end)
        return false;
    run->len = range_min(run->len, flush->end - run->off);
    return true;
}

/* An OFD lock tells programs that use fcntl locks; our own kind is kept out by the flock. */
static bool lock_writer(const struct flush *flush, struct error *error)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(flush->fd, F_OFD_SETLK, &lock) == 0)
        return true;
    int sys = errno;
    if (sys != EAGAIN && sys != EACCES)
        return error_system(error, sys, image_name(flush->image), "cannot lock");
    error_set(error, ERROR_LOCKED, image_name(flush->image), "is locked by another program");
    error->sys = sys;
    return false;
}

static bool begin(struct flush *flush, struct error *error)
{
    struct stat status;
    if (!source_still_there(&flush->image->source, error) ||
        !source_open_writer(&flush->image->source, &flush->fd, error))
        return false;
    if (fstat(flush->fd, &status) != 0)
        return error_system(error, errno, image_name(flush->image), NULL);
    flush->mode = status.st_mode;
    return lock_writer(flush, error);
}

/* Where holes are filled, a full disk must be found before the first byte is written. */
static bool reserve(const struct flush *flush, struct error *error)
{
    struct image_run run;
    for (uint64_t at = flush->off; next_run(flush, at, &run); at = run.off + run.len) {
        off_t off = (off_t)(flush->image->file_off + run.off);
        int result;
        do
            result = fallocate(flush->fd, FALLOC_FL_KEEP_SIZE, off, (off_t)run.len);
        while (result != 0 && errno == EINTR);
        if (result == 0)
            continue;
        if (errno == EOPNOTSUPP || errno == ENOSYS || errno == ENODEV)
            return true;
        return error_system(error, errno, image_name(flush->image), "cannot reserve space");
    }
    return true;
}

/* Writes len bytes at off of the file; *done counts those that reached it, also on failure. */
static bool write_at(const struct flush *flush, uint64_t off, const unsigned char *data,
                     uint64_t len, uint64_t *done, struct error *error)
{
    uint64_t start = off;
    while (len) {
        ssize_t put = pwrite(flush->fd, data, (size_t)len, (off_t)off);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            error_system(error, put < 0 ? errno : EIO, image_name(flush->image), "cannot write");
            error->has_offset = true;
            error->offset = off - flush->image->file_off;
            *done = off - start;
            return false;
        }
        data += put;
        off += (uint64_t)put;
        len -= (uint64_t)put;
    }
    *done = off - start;
    return true;
}

/* *reached is the first byte of the image behind everything that was written. */
static bool write_runs(const struct flush *flush, uint64_t *reached, struct error *error)
{
    struct image_run run;
    *reached = flush->off;
    for (uint64_t at = flush->off; next_run(flush, at, &run); at = run.off + run.len) {
        uint64_t done;
        bool written = write_at(flush, flush->image->file_off + run.off,
                                flush->image->base + run.off, run.len, &done, error);
        *reached = run.off + done;
        if (!written)
            return false;
    }
    return true;
}

static bool sync_file(const struct flush *flush, struct error *error)
{
    if (fdatasync(flush->fd) == 0)
        return true;
    return error_system(error, errno, image_name(flush->image), "cannot make the change durable");
}

static bool write_before(const struct flush *flush, uint64_t off, uint64_t len, struct error *error)
{
    unsigned char piece[PIECE];
    while (len) {
        uint64_t part = range_min(len, sizeof piece);
        uint64_t done;
        image_before(flush->image, off, part, piece);
        if (!write_at(flush, flush->image->file_off + off, piece, part, &done, error))
            return false;
        off += part;
        len -= part;
    }
    return true;
}

/* Invariant 3. The error becomes `indeterminate` when the old bytes cannot be brought back either. */
static bool take_back(struct flush *flush, uint64_t reached, struct error *error)
{
    struct error again;
    struct image_run run;
    bool back = true;
    flush->end = range_min(flush->end, reached);
    for (uint64_t at = flush->off; back && next_run(flush, at, &run); at = run.off + run.len)
        back = write_before(flush, run.off, run.len, &again);
    if (back && sync_file(flush, &again))
        return false;
    char reason[sizeof error->message];
    memcpy(reason, error->message, sizeof reason);
    /* Both reasons in one line, each cut before the line is. */
    int sys = error->sys;
    error_set(error, ERROR_INDETERMINATE, image_name(flush->image),
              "%.200s, and taking it back failed: %.200s", reason, again.message);
    error->sys = sys;
    return false;
}

/* Without the right to do so (not the owner) the bits stay cleared: that is the system's rule. */
static void restore_mode(const struct flush *flush)
{
    struct stat status;
    if (flush->mode & (S_ISUID | S_ISGID) && fstat(flush->fd, &status) == 0 &&
        status.st_mode != flush->mode && fchmod(flush->fd, flush->mode & 07777) != 0)
        return;
}

static bool write_all(struct flush *flush, struct error *error)
{
    uint64_t reached;
    if (!write_runs(flush, &reached, error))
        return take_back(flush, reached, error);
    if (!sync_file(flush, error))
        return take_back(flush, reached, error);
    restore_mode(flush);
    return true;
}

/* Where pending bytes were lost, a difference in the file says more than the loss. */
static bool still_whole(struct image *image, struct error *error)
{
    struct error difference;
    if (image_survived(image, error))
        return true;
    if (image_intact(image, &difference) && !verify_image(image, image->source.fd, &difference))
        *error = difference;
    return false;
}

static bool flush_held(struct flush *flush, enum flush_outcome *outcome, struct error *error)
{
    struct image *image = flush->image;
    struct image_run run;
    if (!source_same_size(&image->source, error) || !still_whole(image, error))
        return false;
    if (!next_run(flush, flush->off, &run)) {
        *outcome = FLUSH_UNCHANGED;
        return true;
    }
    bool flushed = begin(flush, error) && verify_image(image, flush->fd, error) &&
                   image_intact(image, error) && reserve(flush, error) && write_all(flush, error);
    if (flush->fd >= 0)
        close(flush->fd);
    if (flushed)
        *outcome = FLUSH_PLACE;
    return flushed;
}

bool flush_image(struct image *image, uint64_t off, uint64_t len, enum flush_outcome *outcome,
                 struct error *error)
{
    struct flush flush = {.image = image, .off = off, .end = off + len, .fd = -1};
    struct held held;
    if (image->mode != IMAGE_PATCH)
        return error_set(error, ERROR_UNSUPPORTED, image_name(image),
                         "only an object opened for patching can be flushed");
    held_begin(&held);
    bool flushed = flush_held(&flush, outcome, error);
    held_end(&held);
    if (flushed)
        image_settle(image, off, len);
    return flushed;
}
