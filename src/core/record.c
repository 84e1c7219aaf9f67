/* record: see record.h. */
#include "record.h"

#include "disk.h"
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A record that is being written, and by which process: several keep theirs at once. */
#define TEMPORARY ".record-"

/*
 * Looking at all records would cost each flush more than its own record does, so on the average one in so many
 * looks, and each whose record is larger than that.
 */
#define DROP_EACH 16
#define DROP_SIZE ((uint64_t)1 << 20)

/* Room for the name of a temporary file with its NUL. */
#define TEMPORARY_NAME 32

struct kept {
    char name[RECORD_ID];
    uint64_t size;
};

/* Names in the order of time. */
static void print_id(const struct journal *journal, char id[RECORD_ID])
{
    int len = snprintf(id, RECORD_ID, "%016" PRIx64 "-", (uint64_t)journal->time);
    for (size_t i = 0; i < 8; i++)
        len += snprintf(id + len, RECORD_ID - (size_t)len, "%02x", journal->nonce[i]);
}

static int newest_first(const void *a, const void *b)
{
    return strcmp(((const struct kept *)b)->name, ((const struct kept *)a)->name);
}

struct listing {
    struct kept *all; /* owned */
    size_t count;
    size_t room;
};

static bool add(struct listing *listing, const char *name, uint64_t size, struct error *error)
{
    if (listing->count == listing->room) {
        size_t room = listing->room ? 2 * listing->room : 64;
        struct kept *more = realloc(listing->all, room * sizeof *more);
        if (!more)
            return error_set(error, ERROR_LIMIT, NULL, "out of memory");
        listing->all = more;
        listing->room = room;
    }
    struct kept *kept = &listing->all[listing->count++];
    snprintf(kept->name, sizeof kept->name, "%s", name);
    kept->size = size;
    return true;
}

static void print_temporary(char name[TEMPORARY_NAME])
{
    snprintf(name, TEMPORARY_NAME, TEMPORARY "%ld", (long)getpid());
}

/* What a process left that died while it wrote its record. */
static void sweep(const struct folder *records, const char *name)
{
    struct error ignored;
    if (strncmp(name, TEMPORARY, sizeof TEMPORARY - 1) != 0)
        return;
    long pid = strtol(name + sizeof TEMPORARY - 1, NULL, 10);
    if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        folder_remove(records, name, &ignored);
}

/* One that another process removes meanwhile is none. */
static bool add_entry(struct listing *listing, const struct folder *records, const char *name,
                      struct error *error)
{
    struct stat status;
    sweep(records, name);
    if (name[0] == '.' || strlen(name) >= RECORD_ID)
        return true;
    if (fstatat(records->fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return add(listing, name, (uint64_t)status.st_size, error);
    return errno == ENOENT || error_system(error, errno, records->path, NULL);
}

static bool add_entries(struct listing *listing, const struct folder *records, DIR *folder,
                        struct error *error)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (!entry)
            return errno == 0 || error_system(error, errno, records->path, NULL);
        if (!add_entry(listing, records, entry->d_name, error))
            return false;
    }
}

/* Lists the records, newest first; what is in the listing is the caller's to free, also on failure. */
static bool list(const struct folder *records, struct listing *listing, struct error *error)
{
    *listing = (struct listing){0};
    int fd = openat(records->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder) {
        error_system(error, errno, records->path, NULL);
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool listed = add_entries(listing, records, folder, error);
    closedir(folder);
    if (listed && listing->count)
        qsort(listing->all, listing->count, sizeof *listing->all, newest_first);
    return listed;
}

/* While they cannot be listed, nothing is dropped. */
static void drop_oldest(const struct folder *records)
{
    struct listing listing;
    struct error ignored;
    uint64_t total = 0;
    bool listed = list(records, &listing, &ignored);
    for (size_t i = 0; listed && i < listing.count; i++) {
        total += listing.all[i].size;
        if (i >= RECORD_COUNT || total > RECORD_TOTAL)
            folder_remove(records, listing.all[i].name, &ignored);
    }
    free(listing.all);
}

static bool copy_whole(int from, int to, uint64_t size, const char *path, struct error *error)
{
    unsigned char piece[64 * 1024];
    for (uint64_t off = 0; off < size;) {
        uint64_t part = size - off < sizeof piece ? size - off : sizeof piece;
        if (!disk_read(from, off, piece, part, path, error) ||
            !disk_write(to, off, piece, part, path, error))
            return false;
        off += part;
    }
    return true;
}

static bool copy_record(const struct folder *records, int from, uint64_t size, const char *id,
                        struct error *error)
{
    char name[TEMPORARY_NAME];
    struct error ignored;
    print_temporary(name);
    int to = folder_create(records, name, error);
    if (to < 0)
        return false;
    bool copied = copy_whole(from, to, size, records->path, error);
    if (close(to) != 0 && copied)
        copied = error_system(error, errno, records->path, "cannot write a record");
    copied = copied && folder_rename(records, name, id, error);
    if (!copied)
        folder_remove(records, name, &ignored);
    return copied;
}

/* The id is made of what the journal itself says, so that it is the same whoever keeps it. */
static bool keep(const struct folder *records, const struct folder *folder, int fd,
                 struct error *error)
{
    struct journal journal;
    struct stat status;
    char id[RECORD_ID];
    if (fstat(fd, &status) != 0)
        return error_system(error, errno, folder->path, NULL);
    if ((uint64_t)status.st_size > RECORD_LARGEST)
        return error_set(error, ERROR_LIMIT, NULL, "the change is too large to be recorded");
    if (!journal_read(&journal, fd, folder->path, error))
        return false;
    bool drops = journal.nonce[0] < 256 / DROP_EACH || (uint64_t)status.st_size > DROP_SIZE;
    print_id(&journal, id);
    journal_close(&journal);
    if (!copy_record(records, fd, (uint64_t)status.st_size, id, error))
        return false;
    if (drops)
        drop_oldest(records);
    return true;
}

bool record_keep(const struct folder *folder, const char *name, struct error *error)
{
    struct folder records;
    if (!state_open(&records, "records", true, error))
        return false;
    int fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool kept = fd >= 0 ? keep(&records, folder, fd, error)
                        : error_system(error, errno, folder->path, NULL);
    if (fd >= 0)
        close(fd);
    folder_close(&records);
    return kept;
}

bool record_write(const unsigned char nonce[JOURNAL_NONCE], struct journal_member *members,
                  uint32_t count, struct error *error)
{
    struct folder records;
    char name[TEMPORARY_NAME];
    struct error ignored;
    if (!state_open(&records, "records", true, error))
        return false;
    print_temporary(name);
    int fd = folder_create(&records, name, error);
    bool written = fd >= 0 && journal_write(fd, records.path, nonce, members, count, error) &&
                   keep(&records, &records, fd, error);
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !written)
        folder_remove(&records, name, &ignored);
    folder_close(&records);
    return written;
}

static bool copy_ids(const struct listing *listing, char (**ids)[RECORD_ID], struct error *error)
{
    if (!listing->count)
        return true;
    *ids = calloc(listing->count, sizeof **ids);
    if (!*ids)
        return error_set(error, ERROR_LIMIT, NULL, "out of memory");
    for (size_t i = 0; i < listing->count; i++)
        memcpy((*ids)[i], listing->all[i].name, RECORD_ID);
    return true;
}

bool record_list(char (**ids)[RECORD_ID], size_t *count, struct error *error)
{
    struct folder records;
    struct listing listing;
    *ids = NULL;
    *count = 0;
    if (!state_find(&records, "records", error))
        return false;
    if (records.fd < 0)
        return true;
    bool listed = list(&records, &listing, error) && copy_ids(&listing, ids, error);
    if (listed)
        *count = listing.count;
    free(listing.all);
    folder_close(&records);
    return listed;
}

/* An id is a plain name: it never leads out of the folder. */
static bool is_id(const char *id)
{
    return *id && strlen(id) < RECORD_ID && strspn(id, "0123456789abcdef-") == strlen(id);
}

static bool no_such_record(const char *id, struct error *error)
{
    return error_set(error, ERROR_ARGUMENT, NULL, "no record has the id '%.64s'", id);
}

/* Opens the folder of the records for one of them. */
static bool find_records(const char *id, struct folder *records, struct error *error)
{
    if (!is_id(id))
        return no_such_record(id, error);
    return state_find(records, "records", error) && (records->fd >= 0 || no_such_record(id, error));
}

static bool open_record(const struct folder *records, const char *id, int *fd, struct error *error)
{
    *fd = openat(records->fd, id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd >= 0)
        return true;
    return errno == ENOENT ? no_such_record(id, error) : error_system(error, errno, id, NULL);
}

bool record_read(const char *id, struct journal *journal, struct error *error)
{
    struct folder records;
    int fd;
    if (!find_records(id, &records, error))
        return false;
    bool read = open_record(&records, id, &fd, error) && journal_read(journal, fd, id, error);
    if (fd >= 0)
        close(fd);
    folder_close(&records);
    return read;
}

bool record_forget(const char *id, struct error *error)
{
    struct folder records;
    if (!find_records(id, &records, error))
        return false;
    bool removed = folder_remove(&records, id, error);
    folder_close(&records);
    return removed;
}
