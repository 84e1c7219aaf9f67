/* journal: see journal.h and docs/journal.md. */
#include "journal.h"

#include "changes.h"
#include "disk.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define HEADER 64
#define SUM_AT 56
#define ENTRY 80
#define CHANGE 32
#define PIECE 65536

static const unsigned char MAGIC[8] = {'S', 'U', 'T', 'U', 'R', 'E', '\r', '\n'};

static void put32(unsigned char *to, uint32_t value)
{
    value = htole32(value);
    memcpy(to, &value, sizeof value);
}

static void put64(unsigned char *to, uint64_t value)
{
    value = htole64(value);
    memcpy(to, &value, sizeof value);
}

static uint32_t get32(const unsigned char *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return le32toh(value);
}

static uint64_t get64(const unsigned char *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return le64toh(value);
}

/* Writing */

/* Small pieces are gathered: a flush of ten spots writes its journal with two calls. */
struct writer {
    int fd;
    const char *path;
    uint64_t off; /* where the next byte goes */
    XXH3_state_t *sum;
    struct error *error;
    size_t gathered; /* bytes of `piece` that are not in the file yet */
    unsigned char piece[PIECE];
};

static bool write_out(struct writer *writer, const void *data, uint64_t len)
{
    return disk_write(writer->fd, writer->off - len, data, len, writer->path, writer->error);
}

static bool flush_piece(struct writer *writer)
{
    size_t len = writer->gathered;
    writer->gathered = 0;
    return write_out(writer, writer->piece, len);
}

static bool append(struct writer *writer, const void *data, uint64_t len)
{
    if (!len)
        return true;
    XXH3_64bits_update(writer->sum, data, (size_t)len);
    if (len > sizeof writer->piece - writer->gathered && !flush_piece(writer))
        return false;
    writer->off += len;
    if (len > sizeof writer->piece)
        return write_out(writer, data, len);
    memcpy(writer->piece + writer->gathered, data, (size_t)len);
    writer->gathered += (size_t)len;
    return true;
}

static bool pad(struct writer *writer)
{
    static const unsigned char zeros[8] = {0};
    return append(writer, zeros, -writer->off & 7);
}

/* The member's next change, with the image's offsets. */
static bool next_change(const struct journal_member *member, struct image_cursor *cursor,
                        struct image_change *change)
{
    while (image_next_change(member->image, cursor, change)) {
        if (!member->has_range)
            return true;
        uint64_t end = member->off + member->len;
        uint64_t from = change->off > member->off ? change->off : member->off;
        uint64_t to = range_min(change->off + change->len, end);
        if (from >= to)
            continue;
        *change = (struct image_change){from, to - from, from, to - from};
        return true;
    }
    return false;
}

static void measure(const struct journal_member *member, uint64_t *changes, uint64_t *bytes)
{
    struct image_cursor cursor = {0};
    struct image_change change;
    *changes = *bytes = 0;
    while (next_change(member, &cursor, &change)) {
        ++*changes;
        *bytes += change.old_len + change.len;
    }
}

static bool write_entry(struct writer *writer, const struct journal_member *member)
{
    unsigned char entry[ENTRY] = {0};
    uint64_t changes, bytes;
    size_t name_len = strlen(member->name) + 1, path_len = strlen(member->path) + 1;
    measure(member, &changes, &bytes);
    put32(entry, member->flags);
    put32(entry + 4, member->mode);
    put64(entry + 8, member->ino);
    put64(entry + 16, member->fsid);
    put64(entry + 24, member->new_ino);
    put64(entry + 32, member->old_size);
    put64(entry + 40, member->new_size);
    put64(entry + 48, changes);
    put64(entry + 56, bytes);
    put32(entry + 64, (uint32_t)name_len);
    put32(entry + 68, (uint32_t)path_len);
    return append(writer, entry, sizeof entry) && append(writer, member->name, name_len) &&
           append(writer, member->path, path_len) && pad(writer);
}

static bool write_table(struct writer *writer, const struct journal_member *member)
{
    struct image_cursor cursor = {0};
    struct image_change change;
    uint64_t base = member->image->file_off;
    while (next_change(member, &cursor, &change)) {
        unsigned char row[CHANGE];
        put64(row, base + change.old_off);
        put64(row + 8, change.old_len);
        put64(row + 16, base + change.off);
        put64(row + 24, change.len);
        if (!append(writer, row, sizeof row))
            return false;
    }
    return true;
}

static bool write_old(struct writer *writer, const struct image *image, uint64_t off, uint64_t len)
{
    unsigned char piece[PIECE];
    while (len) {
        uint64_t part = range_min(len, sizeof piece);
        image_before(image, off, part, piece);
        if (!append(writer, piece, part))
            return false;
        off += part;
        len -= part;
    }
    return true;
}

static bool write_data(struct writer *writer, const struct journal_member *member)
{
    struct image_cursor cursor = {0};
    struct image_change change;
    const struct image *image = member->image;
    while (next_change(member, &cursor, &change))
        if (!write_old(writer, image, change.old_off, change.old_len) ||
            !append(writer, change.len ? image->base + change.off : NULL, change.len))
            return false;
    return pad(writer) && image_intact(image, writer->error);
}

static bool write_header(struct writer *writer, unsigned char *header)
{
    /* The sum covers the header with its own field zero, which the body's sum is chained to. */
    put64(header + 32, writer->off);
    uint64_t body = XXH3_64bits_digest(writer->sum);
    put64(header + SUM_AT, XXH3_64bits_withSeed(header, SUM_AT, body));
    return disk_write(writer->fd, 0, header, HEADER, writer->path, writer->error);
}

static bool write_all(struct writer *writer, unsigned char *header,
                      const struct journal_member *members, uint32_t count)
{
    writer->off = HEADER;
    for (uint32_t i = 0; i < count; i++)
        if (!write_entry(writer, &members[i]) || !write_table(writer, &members[i]) ||
            !write_data(writer, &members[i]))
            return false;
    return flush_piece(writer) && write_header(writer, header) &&
           disk_sync_all(writer->fd, writer->path, writer->error);
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

bool journal_write(int fd, const char *path, const unsigned char nonce[JOURNAL_NONCE],
                   struct journal_member *members, uint32_t count, struct error *error)
{
    unsigned char header[HEADER] = {0};
    struct writer writer;
    writer.fd = fd;
    writer.path = path;
    writer.error = error;
    writer.gathered = 0;
    writer.sum = XXH3_createState();
    if (!writer.sum)
        return error_set(error, ERROR_LIMIT, path, "out of memory");
    XXH3_64bits_reset(writer.sum);
    memcpy(header, MAGIC, sizeof MAGIC);
    put32(header + 8, JOURNAL_VERSION);
    put32(header + 12, HEADER);
    memcpy(header + 16, nonce, JOURNAL_NONCE);
    put64(header + 40, now());
    put32(header + 48, count);
    bool written = write_all(&writer, header, members, count);
    XXH3_freeState(writer.sum);
    return written;
}

/* Reading */

struct reader {
    const unsigned char *data;
    size_t len;
    size_t at;
    const char *path;
    struct error *error;
};

static bool damaged(const struct reader *reader, const char *reason)
{
    return error_at(reader->error, ERROR_FORMAT, reader->path, reader->at,
                    "is a damaged journal: %s", reason);
}

/* The next len bytes, or NULL where the journal ends before. */
static const unsigned char *take(struct reader *reader, uint64_t len)
{
    if (!range_fits(reader->len, reader->at, len))
        return NULL;
    const unsigned char *data = reader->data + reader->at;
    reader->at += (size_t)len;
    return data;
}

static bool skip_padding(struct reader *reader)
{
    return take(reader, -(uint64_t)reader->at & 7) != NULL;
}

/* A string of len bytes that ends with its only NUL. */
static const char *take_name(struct reader *reader, uint32_t len)
{
    const unsigned char *name = take(reader, len);
    if (!name || !len || memchr(name, 0, len) != name + len - 1 || len > PATH_MAX)
        return NULL;
    return (const char *)name;
}

/*
 * Every change lies behind the one before it, in both files, inside their sizes, and the lengths add up to
 * the data that is there. In place nothing moves: only the last change may change the size, at the end.
 */
static bool check_changes(const struct journal_target *target, uint64_t bytes)
{
    uint64_t old_end = 0, new_end = 0, used = 0;
    bool replaced = target->flags & JOURNAL_REPLACED;
    for (uint64_t i = 0; i < target->changes; i++) {
        const unsigned char *row = target->table + i * CHANGE;
        uint64_t old_off = get64(row), old_len = get64(row + 8);
        uint64_t off = get64(row + 16), len = get64(row + 24);
        if (!range_fits(target->old_size, old_off, old_len) || old_off < old_end ||
            !range_fits(target->new_size, off, len) || off < new_end || (!len && !old_len))
            return false;
        if (old_off - old_end != off - new_end)
            return false;
        bool to_the_end = old_off + old_len == target->old_size && off + len == target->new_size;
        if (!replaced && len != old_len && !to_the_end)
            return false;
        old_end = old_off + old_len;
        new_end = off + len;
        if (!range_add(used, old_len, &used) || !range_add(used, len, &used))
            return false;
    }
    return used == bytes && target->old_size - old_end == target->new_size - new_end;
}

static bool read_target(struct reader *reader, struct journal_target *target)
{
    uint64_t table_len, bytes;
    const unsigned char *entry = take(reader, ENTRY);
    if (!entry)
        return damaged(reader, "it ends within an entry");
    target->flags = get32(entry);
    target->mode = get32(entry + 4);
    target->ino = get64(entry + 8);
    target->fsid = get64(entry + 16);
    target->new_ino = get64(entry + 24);
    target->old_size = get64(entry + 32);
    target->new_size = get64(entry + 40);
    target->changes = get64(entry + 48);
    bytes = get64(entry + 56);
    target->name = take_name(reader, get32(entry + 64));
    target->path = target->name ? take_name(reader, get32(entry + 68)) : NULL;
    if (!target->path || target->path[0] != '/' || !skip_padding(reader))
        return damaged(reader, "bad names");
    if (target->old_size > INT64_MAX || target->new_size > INT64_MAX || target->mode > 07777 ||
        target->flags & ~(uint32_t)(JOURNAL_REPLACED | JOURNAL_DEVICE))
        return damaged(reader, "bad sizes or flags");
    if (!range_multiply(target->changes, CHANGE, &table_len))
        return damaged(reader, "too many changes");
    target->table = take(reader, table_len);
    target->data = target->table ? take(reader, bytes) : NULL;
    if (!target->data || !skip_padding(reader))
        return damaged(reader, "it ends within its data");
    return check_changes(target, bytes) || damaged(reader, "its changes contradict each other");
}

static bool check_header(const struct reader *reader)
{
    const unsigned char *header = reader->data;
    if (reader->len < HEADER || memcmp(header, MAGIC, sizeof MAGIC) != 0)
        return error_set(reader->error, ERROR_FORMAT, reader->path, "is not a journal");
    if (get32(header + 8) != JOURNAL_VERSION || get32(header + 12) != HEADER)
        return error_set(reader->error, ERROR_INDETERMINATE, reader->path,
                         "is a journal of version %u, which this program does not know",
                         (unsigned)get32(header + 8));
    uint64_t body = XXH3_64bits(header + HEADER, reader->len - HEADER);
    if (get64(header + 32) != reader->len)
        return damaged(reader, "its length is not what it says");
    return get64(header + SUM_AT) == XXH3_64bits_withSeed(header, SUM_AT, body) ||
           damaged(reader, "its checksum is wrong");
}

bool journal_parse(struct journal *journal, const unsigned char *data, size_t len, const char *path,
                   struct error *error)
{
    struct reader reader = {data, len, 0, path, error};
    *journal = (struct journal){.data = data, .len = len};
    if (!check_header(&reader))
        return false;
    memcpy(journal->nonce, data + 16, JOURNAL_NONCE);
    journal->time = (int64_t)get64(data + 40);
    journal->count = get32(data + 48);
    /* Checked before memory is asked for: a count is a number that anybody could have written. */
    if (!journal->count || journal->count > (len - HEADER) / ENTRY)
        return damaged(&reader, "bad number of targets");
    journal->targets = calloc(journal->count, sizeof *journal->targets);
    if (!journal->targets)
        return error_set(error, ERROR_LIMIT, path, "out of memory");
    reader.at = HEADER;
    bool parsed = true;
    for (uint32_t i = 0; parsed && i < journal->count; i++)
        parsed = read_target(&reader, &journal->targets[i]);
    if (parsed && reader.at != len)
        parsed = damaged(&reader, "there is something behind its end");
    if (!parsed)
        journal_close(journal);
    return parsed;
}

bool journal_read(struct journal *journal, int fd, const char *path, struct error *error)
{
    struct stat status;
    *journal = (struct journal){0};
    if (fstat(fd, &status) != 0)
        return error_system(error, errno, path, NULL);
    if (status.st_size < HEADER)
        return error_set(error, ERROR_FORMAT, path, "is not a journal");
    size_t len = (size_t)status.st_size;
    void *data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return error_system(error, errno, path, "cannot map");
    struct fault_map map = {0};
    if (!fault_enter(&map, data, len, error)) {
        munmap(data, len);
        return false;
    }
    bool parsed = journal_parse(journal, data, len, path, error);
    bool hit = fault_hit(&map);
    fault_leave(&map);
    if (!parsed || hit || !fault_enter(&journal->map, data, len, error)) {
        if (parsed)
            journal_close(journal);
        munmap(data, len);
        return parsed && hit ? error_set(error, ERROR_FORMAT, path, "cannot be read whole") : false;
    }
    return true;
}

void journal_close(struct journal *journal)
{
    fault_leave(&journal->map);
    if (journal->map.base)
        munmap(journal->map.base, journal->map.len);
    free(journal->targets);
    *journal = (struct journal){0};
}

bool journal_next(const struct journal_target *target, struct journal_cursor *cursor,
                  struct journal_change *change)
{
    if (cursor->at == target->changes)
        return false;
    const unsigned char *row = target->table + cursor->at * CHANGE;
    change->old_off = get64(row);
    change->old_len = get64(row + 8);
    change->off = get64(row + 16);
    change->len = get64(row + 24);
    change->old = target->data + cursor->used;
    change->new = change->old + change->old_len;
    cursor->used += change->old_len + change->len;
    cursor->at++;
    return true;
}
