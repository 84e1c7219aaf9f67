/* record: see record.h. */
#include "record.h"

#include "disk.h"
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY ".record"

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

/* Lists the records; the caller frees. NULL with *count 0 when there are none or memory runs out. */
static struct kept *list(const struct folder *records, size_t *count)
{
    struct kept *all = NULL;
    size_t room = 0;
    *count = 0;
    int fd = openat(records->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        struct stat status;
        if (entry->d_name[0] == '.' || strlen(entry->d_name) >= RECORD_ID ||
            fstatat(records->fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (*count == room) {
            room = room ? 2 * room : 64;
            struct kept *more = realloc(all, room * sizeof *all);
            if (!more)
                break;
            all = more;
        }
        snprintf(all[*count].name, RECORD_ID, "%s", entry->d_name);
        all[(*count)++].size = (uint64_t)status.st_size;
    }
    if (folder)
        closedir(folder);
    return all;
}

static void drop_oldest(const struct folder *records)
{
    size_t count;
    uint64_t total = 0;
    struct error ignored;
    struct kept *all = list(records, &count);
    if (all)
        qsort(all, count, sizeof *all, newest_first);
    for (size_t i = 0; i < count; i++) {
        total += all[i].size;
        if (i >= RECORD_COUNT || total > RECORD_TOTAL)
            folder_remove(records, all[i].name, &ignored);
    }
    free(all);
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
    int to = folder_create(records, TEMPORARY, error);
    if (to < 0)
        return false;
    bool copied = copy_whole(from, to, size, records->path, error);
    if (close(to) != 0 && copied)
        copied = error_system(error, errno, records->path, "cannot write a record");
    return copied && folder_rename(records, TEMPORARY, id, error);
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
    print_id(&journal, id);
    journal_close(&journal);
    return copy_record(records, fd, (uint64_t)status.st_size, id, error);
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
    if (kept)
        drop_oldest(&records);
    folder_close(&records);
    return kept;
}

bool record_write(const unsigned char nonce[JOURNAL_NONCE], struct journal_member *members,
                  uint32_t count, struct error *error)
{
    struct folder records;
    if (!state_open(&records, "records", true, error))
        return false;
    int fd = folder_create(&records, TEMPORARY, error);
    bool written = fd >= 0 && journal_write(fd, records.path, nonce, members, count, error) &&
                   keep(&records, &records, fd, error);
    if (fd >= 0)
        close(fd);
    if (written)
        drop_oldest(&records);
    folder_close(&records);
    return written;
}

char (*record_list(size_t *count))[RECORD_ID]
{
    struct folder records;
    struct error none;
    *count = 0;
    if (!state_open(&records, "records", false, &none))
        return NULL;
    struct kept *all = list(&records, count);
    folder_close(&records);
    char(*ids)[RECORD_ID] = all ? calloc(*count + 1, sizeof *ids) : NULL;
    if (all)
        qsort(all, *count, sizeof *all, newest_first);
    for (size_t i = 0; ids && i < *count; i++)
        memcpy(ids[i], all[i].name, RECORD_ID);
    free(all);
    if (!ids)
        *count = 0;
    return ids;
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

bool record_read(const char *id, struct journal *journal, struct error *error)
{
    struct folder records;
    if (!is_id(id))
        return no_such_record(id, error);
    if (!state_open(&records, "records", false, error))
        return no_such_record(id, error);
    int fd = openat(records.fd, id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool read = fd >= 0 ? journal_read(journal, fd, id, error) : no_such_record(id, error);
    if (fd >= 0)
        close(fd);
    folder_close(&records);
    return read;
}

bool record_forget(const char *id, struct error *error)
{
    struct folder records;
    if (!is_id(id) || !state_open(&records, "records", false, error))
        return no_such_record(id, error);
    bool removed = folder_remove(&records, id, error);
    folder_close(&records);
    return removed;
}
