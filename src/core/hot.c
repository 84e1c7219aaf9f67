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

/* Takes the folder over: it is hot's when something is found in it, else it is closed. */
static bool find_in(const struct hot_target *target, struct folder *folder, struct hot *hot,
                    struct error *error)
{
    bool there = false, looked = true;
    for (size_t i = 0; looked && !there && i < sizeof ORDER / sizeof *ORDER; i++) {
        folder_trace(folder, target->fsid, target->ino, ORDER[i], hot->name);
        hot->trace = ORDER[i];
        looked = folder_look(folder, hot->name, &there, error);
    }
    if (!there) {
        folder_close(folder);
        return looked;
    }
    hot->kind = HOT_TRACE;
    hot->folder = *folder;
    return true;
}

/* A state folder that is missing, or that is not for this user, has no traces; one that cannot be read may have. */
static bool find_in_state(const struct hot_target *target, struct hot *hot, struct error *error)
{
    struct folder folder;
    if (state_open(&folder, "hot", false, error))
        return find_in(target, &folder, hot, error);
    return error->kind == ERROR_UNSUPPORTED || error->sys == ENOENT || error->sys == ENOTDIR ||
           error->sys == EACCES;
}

static bool find_attribute(const struct hot_target *target, struct hot *hot, struct error *error)
{
    if (!S_ISREG(target->status.st_mode))
        return true;
    ssize_t len = getxattr(target->real, REF_ATTRIBUTE, NULL, 0);
    if (len > 0)
        hot->kind = HOT_ATTRIBUTE;
    return len >= 0 || errno == ENODATA || errno == ENOTSUP || errno == EACCES ||
           error_system(error, errno, target->real, NULL);
}

bool hot_find(const struct hot_target *target, struct hot *hot, struct error *error)
{
    struct folder folder;
    *hot = (struct hot){.kind = HOT_NOTHING};
    hot->folder.fd = -1;
    return folder_open_of(&folder, target->real, error) && find_in(target, &folder, hot, error) &&
           (hot->kind != HOT_NOTHING || find_in_state(target, hot, error)) &&
           (hot->kind != HOT_NOTHING || find_attribute(target, hot, error));
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
static bool is_state_folder(const struct folder *folder)
{
    struct folder state;
    struct error none;
    if (!state_open(&state, "hot", false, &none))
        return false;
    bool same = state.fsid == folder->fsid && state.ino == folder->ino;
    folder_close(&state);
    return same;
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
        if (home->fsid == ref->fsid && home->ino == ref->ino) {
            home->hot = is_state_folder(home);
            return true;
        }
        folder_close(home);
    }
    return false;
}

/*
 * Whether there is a journal of that name which is that of the ref, and not one of a later flush, in *same. False when
 * that cannot be told.
 */
static bool is_journal_of(const struct folder *home, const char *name, const struct ref *ref,
                          bool *same)
{
    unsigned char header[16 + JOURNAL_NONCE];
    *same = false;
    int fd = openat(home->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ELOOP || errno == ENXIO;
    ssize_t len = pread(fd, header, sizeof header, 0);
    close(fd);
    *same = len == (ssize_t)sizeof header && memcmp(header + 16, ref->nonce, JOURNAL_NONCE) == 0;
    return len >= 0;
}

enum hot_end hot_follow(const struct ref *ref, const struct folder *from, struct hot *journal)
{
    static const struct {
        const char *suffix;
        enum trace trace;
    } STATES[] = {{"redo", TRACE_REDO}, {"undo", TRACE_UNDO}, {"tmp", TRACE_TMP}};
    bool same = false, known = true;
    *journal = (struct hot){.kind = HOT_NOTHING};
    journal->folder.fd = -1;
    if (!open_home(ref, from, &journal->folder))
        return HOT_UNKNOWN;
    for (size_t i = 0; known && !same && i < sizeof STATES / sizeof *STATES; i++) {
        int len = snprintf(journal->name, TRACE_NAME, "%s.%s", ref->journal, STATES[i].suffix);
        journal->trace = STATES[i].trace;
        known = len >= TRACE_NAME || is_journal_of(&journal->folder, journal->name, ref, &same);
    }
    if (same) {
        journal->kind = HOT_TRACE;
        return HOT_FOUND;
    }
    folder_close(&journal->folder);
    return known ? HOT_GONE : HOT_UNKNOWN;
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
