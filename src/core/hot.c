/* hot: see hot.h. */
#include "hot.h"

#include "disk.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

static const enum trace ORDER[] = {TRACE_REDO, TRACE_UNDO, TRACE_REF, TRACE_TMP, TRACE_NEW};

bool hot_identify(struct hot_target *target, const char *real, struct error *error)
{
    target->real = real;
    target->fsid = 0;
    int fd = open(real, O_PATH | O_CLOEXEC);
    bool known = fd >= 0 && fstat(fd, &target->status) == 0;
    bool device = known && S_ISBLK(target->status.st_mode);
    known = known && (device || folder_fsid(fd, &target->fsid));
    int sys = errno;
    if (fd >= 0)
        close(fd);
    if (!known)
        return error_system(error, sys, real, NULL);
    target->ino = device ? target->status.st_rdev : target->status.st_ino;
    return true;
}

/* The folder is taken over when something is found in it, else closed. */
static bool find_in(const struct hot_target *target, struct folder *folder, struct hot *hot,
                    struct error *error)
{
    uint64_t ino = 0;
    bool looked = true;
    for (size_t i = 0; looked && !ino && i < sizeof ORDER / sizeof *ORDER; i++) {
        hot->trace = ORDER[i];
        folder_trace(folder, target->fsid, target->ino, hot->trace, hot->name);
        looked = folder_look(folder, hot->name, &ino, error);
    }
    if (looked && ino) {
        hot->kind = HOT_TRACE;
        hot->folder = *folder;
    } else {
        folder_close(folder);
    }
    return looked;
}

/* The state folder's `hot`; fd -1 where this user has none. */
static bool open_state(struct folder *folder, struct error *error)
{
    struct error reason;
    if (state_find(folder, "hot", &reason) || reason.sys == EACCES)
        return true;
    *error = reason;
    return false;
}

static bool find_attribute(const struct hot_target *target, struct hot *hot, struct error *error)
{
    if (!S_ISREG(target->status.st_mode))
        return true;
    ssize_t len = getxattr(target->real, REF_ATTRIBUTE, NULL, 0);
    if (len > 0)
        hot->kind = HOT_ATTRIBUTE;
    return len >= 0 || errno == ENODATA || errno == ENOTSUP ||
           error_system(error, errno, target->real, "cannot read an extended attribute");
}

bool hot_find(const struct hot_target *target, struct hot *hot, struct error *error)
{
    struct folder folder;
    *hot = (struct hot){.kind = HOT_NOTHING};
    hot->folder.fd = -1;
    if (!folder_open_of(&folder, target->real, error) || !find_in(target, &folder, hot, error))
        return false;
    if (hot->kind != HOT_NOTHING)
        return true;
    if (!open_state(&folder, error) || (folder.fd >= 0 && !find_in(target, &folder, hot, error)))
        return false;
    return hot->kind != HOT_NOTHING || find_attribute(target, hot, error);
}

void hot_close(struct hot *hot)
{
    folder_close(&hot->folder);
}

enum ref_state hot_read_ref(const struct folder *folder, const char *name, int fd, struct ref *ref)
{
    char text[REF_MAX];
    ssize_t len;
    if (name) {
        int file = openat(folder->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        len = file >= 0 ? read(file, text, sizeof text) : -1;
        if (file >= 0)
            close(file);
    } else {
        len = fgetxattr(fd, REF_ATTRIBUTE, text, sizeof text);
    }
    return len >= 0 ? ref_parse(ref, text, (size_t)len) : REF_UNKNOWN;
}

/* Names prove nothing: anybody may call a folder `hot`. */
static bool is_state_folder(const struct folder *folder, bool *same)
{
    struct folder state;
    struct error ignored;
    if (!open_state(&state, &ignored))
        return false;
    *same = state.fd >= 0 && state.fsid == folder->fsid && state.ino == folder->ino;
    folder_close(&state);
    return true;
}

/* Opens the folder that a ref names, if it is the very folder that the ref was made for. */
static bool open_home(const struct ref *ref, const struct folder *from, struct folder *home)
{
    char path[PATH_MAX];
    struct error ignored;
    for (int number = 0; number < 2; number++) {
        if (number == 0)
            snprintf(path, sizeof path, "%s", ref->folder);
        else if (from && ref->relative[0])
            snprintf(path, sizeof path, "%.2000s/%.2000s", from->path, ref->relative);
        else
            return false;
        if (!folder_open(home, path, false, &ignored))
            continue;
        if (home->fsid == ref->fsid && home->ino == ref->ino && is_state_folder(home, &home->hot))
            return true;
        folder_close(home);
    }
    return false;
}

/* Whether the journal of that name is the one of the ref, and not one of a later flush. */
static enum hot_end look_for(const struct folder *home, const char *name, const struct ref *ref)
{
    unsigned char header[16 + JOURNAL_NONCE];
    int fd = openat(home->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? HOT_GONE : HOT_UNKNOWN;
    ssize_t len = pread(fd, header, sizeof header, 0);
    close(fd);
    if (len < 0)
        return HOT_UNKNOWN;
    bool same = (size_t)len == sizeof header && memcmp(header + 16, ref->nonce, JOURNAL_NONCE) == 0;
    return same ? HOT_FOUND : HOT_GONE;
}

enum hot_end hot_follow(const struct ref *ref, const struct folder *from, struct hot *journal)
{
    static const struct {
        const char *suffix;
        enum trace trace;
    } STATES[] = {{"redo", TRACE_REDO}, {"undo", TRACE_UNDO}, {"tmp", TRACE_TMP}};
    *journal = (struct hot){.kind = HOT_NOTHING};
    journal->folder.fd = -1;
    enum hot_end end = HOT_GONE;
    if (!open_home(ref, from, &journal->folder))
        return HOT_UNKNOWN;
    for (size_t i = 0; end == HOT_GONE && i < sizeof STATES / sizeof *STATES; i++) {
        int len = snprintf(journal->name, TRACE_NAME, "%s.%s", ref->journal, STATES[i].suffix);
        if (len < TRACE_NAME)
            end = look_for(&journal->folder, journal->name, ref);
        journal->trace = STATES[i].trace;
    }
    if (end == HOT_FOUND)
        journal->kind = HOT_TRACE;
    else
        folder_close(&journal->folder);
    return end;
}

enum ref_state hot_read_pointer(const struct hot_target *target, const struct hot *hot,
                                struct ref *ref)
{
    struct stat status;
    if (hot->kind == HOT_TRACE) {
        bool trusted = fstatat(hot->folder.fd, hot->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                       hot_is_trusted(&status, target->status.st_uid);
        return trusted ? hot_read_ref(&hot->folder, hot->name, -1, ref) : REF_UNKNOWN;
    }
    int fd = open(target->real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool whole = fd >= 0 && hot_read_ref(NULL, NULL, fd, ref) == REF_WHOLE;
    if (fd >= 0)
        close(fd);
    /* An attribute is set as a whole: a torn one is none of ours. */
    return whole ? REF_WHOLE : REF_UNKNOWN;
}

bool hot_is_trusted(const struct stat *trace, uid_t owner)
{
    return S_ISREG(trace->st_mode) && trace->st_nlink == 1 && (trace->st_mode & 07777) == 0600 &&
           (trace->st_uid == geteuid() || trace->st_uid == 0 || trace->st_uid == owner);
}
