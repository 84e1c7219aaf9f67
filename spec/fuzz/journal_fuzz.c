/*
 * journal_fuzz: whatever bytes a journal has, reading it stays within them, and what it is taken for makes sense.
 *
 * The input is parsed as it is and once more with length and checksum put right, so that the fuzzer gets past
 * them. Every byte that an accepted journal points to is read, and each target is carried forward and back in
 * memory by the journal's definition and in the way that a file in place is written; both must agree.
 */
#include "journal.h"

#include "range.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { LENGTH_AT = 32, SUM_AT = 56, HEADER = 64 };

/* Larger files are not played through: a size is a number that costs the journal nothing. */
#define MOST ((uint64_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned char sink;

static void touch(const void *data, uint64_t len)
{
    const unsigned char *bytes = data;
    for (uint64_t i = 0; i < len; i++)
        sink = (unsigned char)(sink + bytes[i]);
}

/* Every change lies in both files, behind the one before. */
static void check_changes(const struct journal *journal, const struct journal_target *target)
{
    struct journal_cursor cursor = {0};
    struct journal_change change;
    uint64_t old_end = 0, new_end = 0;
    while (journal_next(target, &cursor, &change)) {
        assert(range_fits(target->old_size, change.old_off, change.old_len) &&
               change.old_off >= old_end);
        assert(range_fits(target->new_size, change.off, change.len) && change.off >= new_end);
        assert(range_fits(journal->len, (uint64_t)(change.old - journal->data), change.old_len));
        assert(range_fits(journal->len, (uint64_t)(change.new - journal->data), change.len));
        touch(change.old, change.old_len);
        touch(change.new, change.len);
        old_end = change.old_off + change.old_len;
        new_end = change.off + change.len;
    }
    assert(target->old_size - old_end == target->new_size - new_end);
}

/* An old file: the bytes that the journal tells, and others where it tells nothing. */
static unsigned char *make_old(const struct journal_target *target)
{
    struct journal_cursor cursor = {0};
    struct journal_change change;
    unsigned char *old = malloc(target->old_size + 1);
    assert(old);
    for (uint64_t i = 0; i < target->old_size; i++)
        old[i] = (unsigned char)(i * 7 + 1);
    while (journal_next(target, &cursor, &change))
        if (change.old_len)
            memcpy(old + change.old_off, change.old, change.old_len);
    return old;
}

/* The new file by definition: the old one with each old part exchanged for its new one. */
static unsigned char *splice(const struct journal_target *target, const unsigned char *old)
{
    struct journal_cursor cursor = {0};
    struct journal_change change;
    uint64_t from = 0, to = 0;
    unsigned char *new = malloc(target->new_size + 1);
    assert(new);
    while (journal_next(target, &cursor, &change)) {
        memcpy(new + to, old + from, change.old_off - from);
        to += change.old_off - from;
        assert(to == change.off);
        if (change.len)
            memcpy(new + to, change.new, change.len);
        to += change.len;
        from = change.old_off + change.old_len;
    }
    memcpy(new + to, old + from, target->old_size - from);
    assert(to + target->old_size - from == target->new_size);
    return new;
}

/* Writes one side of each change at its offset and then sets the size, as to a file in place. */
static void write_side(const struct journal_target *target, bool forward, unsigned char *file)
{
    struct journal_cursor cursor = {0};
    struct journal_change change;
    while (journal_next(target, &cursor, &change)) {
        if (forward && change.len)
            memcpy(file + change.off, change.new, change.len);
        else if (!forward && change.old_len)
            memcpy(file + change.old_off, change.old, change.old_len);
    }
}

static void play(const struct journal_target *target)
{
    uint64_t most = target->old_size > target->new_size ? target->old_size : target->new_size;
    if (most > MOST)
        return;
    unsigned char *old = make_old(target), *new = splice(target, old);
    if (!(target->flags & JOURNAL_REPLACED)) {
        unsigned char *file = calloc(1, most + 1);
        assert(file);
        memcpy(file, old, target->old_size);
        write_side(target, true, file);
        assert(memcmp(file, new, target->new_size) == 0);
        write_side(target, false, file);
        assert(memcmp(file, old, target->old_size) == 0);
        free(file);
    }
    free(old);
    free(new);
}

static void parse(const unsigned char *data, size_t size)
{
    struct journal journal;
    struct error error;
    if (!journal_parse(&journal, data, size, "journal", &error)) {
        assert(error.kind == ERROR_FORMAT || error.kind == ERROR_INDETERMINATE ||
               error.kind == ERROR_LIMIT);
        return;
    }
    for (uint32_t i = 0; i < journal.count; i++) {
        const struct journal_target *target = &journal.targets[i];
        touch(target->name, strlen(target->name) + 1);
        touch(target->path, strlen(target->path) + 1);
        check_changes(&journal, target);
        play(target);
    }
    journal_close(&journal);
}

static void put64(unsigned char *to, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse(data, size);
    if (size < HEADER)
        return 0;
    unsigned char *sealed = malloc(size);
    assert(sealed);
    memcpy(sealed, data, size);
    put64(sealed + LENGTH_AT, size);
    put64(sealed + SUM_AT,
          XXH3_64bits_withSeed(sealed, SUM_AT, XXH3_64bits(sealed + HEADER, size - HEADER)));
    parse(sealed, size);
    free(sealed);
    return 0;
}
