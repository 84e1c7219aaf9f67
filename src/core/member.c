/* member: see member.h. */
#include "member.h"

#include "changes.h"
#include "rebuild.h"
#include "ref.h"
#include "verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

void member_begin(struct member *member, struct image *image, uint32_t index)
{
    *member = (struct member){.image = image, .index = index, .fd = -1, .fresh_fd = -1};
    member->folder.fd = -1;
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

/* The first change that the flush is about. */
static bool has_change(struct image *image, const struct flush_options *options)
{
    struct image_cursor cursor = {0};
    struct image_change change;
    while (image_next_change(image, &cursor, &change))
        if (!options->has_range ||
            range_overlaps(change.off, change.len, options->off, options->len))
            return true;
    return false;
}

bool member_look(struct member *member, const struct flush_options *options, struct error *error)
{
    struct image *image = member->image;
    if (image->mode != IMAGE_PATCH)
        return error_set(error, ERROR_UNSUPPORTED, image_name(image),
                         "only an object opened for patching can be flushed");
    if (options->has_range && (image_is_moved(image) || image->size != image->file_size))
        return error_set(error, ERROR_UNSUPPORTED, image_name(image),
                         "the size changed: only the whole can be flushed");
    if (!source_same_size(&image->source, error) || !still_whole(image, error))
        return false;
    member->changed = has_change(image, options);
    return true;
}

static bool find_names(struct member *member, struct error *error)
{
    const struct image *image = member->image;
    const char *real = image->source.real;
    if (!folder_open_of(&member->folder, real, error))
        return false;
    snprintf(member->base, sizeof member->base, "%s", strrchr(real, '/') + 1);
    if (fstat(image->source.fd, &member->status) != 0)
        return error_system(error, errno, image_name(image), NULL);
    member->ino = image->source.device ? member->status.st_rdev : image->source.ino;
    member->fsid = 0;
    if (!image->source.device && !folder_fsid(image->source.fd, &member->fsid))
        return error_system(error, errno, image_name(image), NULL);
    return true;
}

bool member_has_names(const struct member *member)
{
    return !member->image->source.device && member->status.st_nlink > 1;
}

/* Whether the journal can be found from each name of the target. */
static bool can_be_marked(const struct member *member, bool *can, struct error *error)
{
    *can = !member_has_names(member) ||
           fgetxattr(member->image->source.fd, REF_ATTRIBUTE, NULL, 0) >= 0 || errno == ENODATA;
    return *can || errno == ENOTSUP || errno == EACCES || errno == EPERM ||
           error_system(error, errno, image_name(member->image),
                        "cannot read an extended attribute");
}

/* A running program may not be opened for writing, but its name may be given to another file. */
static bool choose_way(struct member *member, const struct flush_options *options,
                       struct error *error)
{
    const struct source *source = &member->image->source;
    bool can_mark;
    if (!can_be_marked(member, &can_mark, error))
        return false;
    member->replaced = options->way == FLUSH_BY_REPLACE || image_is_moved(member->image) ||
                       (options->break_links && !can_mark);
    if (!member->replaced && !source_open_writer(source, &member->fd, error)) {
        if (error->sys != ETXTBSY || options->way == FLUSH_BY_PLACE)
            return false;
        member->replaced = true;
    }
    if (!member->replaced)
        return can_mark ||
               error_set(
                   error, ERROR_UNSUPPORTED, source->path,
                   "has %lu names and cannot carry an extended attribute: after a crash the other "
                   "names would not lead to the journal (break_links allows a replacement)",
                   (unsigned long)member->status.st_nlink);
    if (options->way == FLUSH_BY_PLACE)
        return error_set(error, ERROR_UNSUPPORTED, source->path,
                         "bytes moved: it cannot be flushed in place");
    if (source->device)
        return error_set(error, ERROR_UNSUPPORTED, source->path, "a device cannot be replaced");
    if (options->has_range)
        return error_set(error, ERROR_UNSUPPORTED, source->path,
                         "a running program is replaced as a whole: flush without a range");
    if (member->status.st_nlink > 1 && !options->break_links)
        return error_set(error, ERROR_UNSUPPORTED, source->path,
                         "has %lu names and a replacement would part them: break_links allows it",
                         (unsigned long)member->status.st_nlink);
    return true;
}

/* An OFD lock tells programs that use fcntl locks; our own kind is kept out by the flock. */
static bool lock_writer(const struct member *member, struct error *error)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(member->fd, F_OFD_SETLK, &lock) == 0)
        return true;
    int sys = errno;
    if (sys != EAGAIN && sys != EACCES)
        return error_system(error, sys, image_name(member->image), "cannot lock");
    error_set(error, ERROR_LOCKED, image_name(member->image), "is locked by another program");
    error->sys = sys;
    return false;
}

/* Where holes are filled or the file grows, a full disk must be found before the first byte is written. */
bool member_reserve(struct member *member, struct error *error)
{
    struct image *image = member->image;
    struct image_cursor cursor = {0};
    struct image_change change;
    if (member->replaced || image->source.device)
        return true;
    while (image_next_change(image, &cursor, &change))
        if (!reserve_range(&member->reserve, member->fd, image->file_off + change.off, change.len,
                           image_name(image), error))
            return false;
    return true;
}

static bool prepare_place(struct member *member, struct error *error)
{
    return lock_writer(member, error) && verify_image(member->image, member->fd, error) &&
           image_intact(member->image, error);
}

static bool note_inode(struct member *member, struct error *error)
{
    struct stat status;
    if (fstat(member->fd, &status) != 0)
        return error_system(error, errno, image_name(member->image), "cannot open the new file");
    member->new_ino = status.st_ino;
    return true;
}

static bool prepare_replaced(struct member *member, struct error *error)
{
    char name[TRACE_NAME];
    folder_trace(&member->folder, member->fsid, member->ino, TRACE_NEW, name);
    return verify_image(member->image, member->image->source.fd, error) &&
           rebuild_file(member->image, &member->folder, name, &member->fd, &member->fresh_fd,
                        error) &&
           note_inode(member, error);
}

bool member_prepare(struct member *member, const struct flush_options *options, struct error *error)
{
    if (!source_still_there(&member->image->source, error) || !find_names(member, error) ||
        !choose_way(member, options, error))
        return false;
    return (member->replaced ? prepare_replaced : prepare_place)(member, error) &&
           member_foresee(member, options, error);
}

bool member_foresee(struct member *member, const struct flush_options *options, struct error *error)
{
    const struct image *image = member->image;
    return options->has_range ||
           image_foresee(image, member->replaced ? member->fresh_fd : image->source.fd,
                         &member->after, error);
}

void member_settle(struct member *member, const struct flush_options *options)
{
    int fd = member->fresh_fd;
    member->fresh_fd = -1;
    if (options->has_range)
        image_settle(member->image, options->off, options->len);
    else if (member->replaced)
        image_replace_source(member->image, fd, &member->after);
    else
        image_settle_all(member->image, &member->after);
}

void member_abandon(struct member *member)
{
    char name[TRACE_NAME];
    struct error ignored;
    if (member->fd < 0)
        return;
    if (!member->replaced) {
        reserve_return(&member->reserve, member->fd);
        return;
    }
    folder_trace(&member->folder, member->fsid, member->ino, TRACE_NEW, name);
    folder_remove(&member->folder, name, &ignored);
}

void member_end(struct member *member)
{
    if (member->fd >= 0)
        close(member->fd);
    if (member->fresh_fd >= 0)
        close(member->fresh_fd);
    member->fd = member->fresh_fd = -1;
    image_overlook(&member->after);
    reserve_end(&member->reserve);
    folder_close(&member->folder);
}

uint64_t member_new_size(const struct member *member)
{
    const struct image *image = member->image;
    return image->source.size - image->file_size + image->size;
}
