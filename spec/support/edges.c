/*
 * edges: what changes and sums whole ranges, on ranges that begin and end at memory that cannot be touched,
 * against the plainest code that does the same.
 *
 *     edges          every length up to a few vectors, and some longer ones, at both edges; prints "ok"
 *     edges beyond   touches the byte behind the range: must die
 *
 * Compiled with -DPORTABLE it replaces what tells which instructions the processor has, so that those parts run
 * which any processor can.
 */
#include "bulk.h"
#include "checksum.h"
#include "digest.h"
#include "fold.h"
#include "lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef PORTABLE
bool fold_possible(void)
{
    return false;
}

void fold_run(bool refin, uint64_t poly, uint64_t rest, const unsigned char *data, uint64_t len,
              unsigned char result[FOLD_BYTES])
{
    (void)refin, (void)poly, (void)rest, (void)data, (void)len, (void)result;
    abort();
}

bool lookup_possible(enum lookup_way way)
{
    (void)way;
    return false;
}

enum lookup_way lookup_best(void)
{
    return LOOKUP_NONE;
}

void lookup_run(enum lookup_way way, unsigned char *data, uint64_t len,
                const unsigned char table[256])
{
    (void)way, (void)data, (void)len, (void)table;
    abort();
}
#endif

enum { PAGE = 4096, ROOM = 4 * PAGE };

static unsigned char *room; /* ROOM bytes between two pages that cannot be touched */
static unsigned char before[ROOM], wanted[ROOM];
static uint32_t state = 1;

static unsigned char noise(void)
{
    state = state * 1664525 + 1013904223;
    return (unsigned char)(state >> 24);
}

static void fail(const char *what, size_t off, size_t len)
{
    printf("%s of %zu bytes at %zu is wrong\n", what, len, off);
    exit(1);
}

static void demand(const char *what, size_t off, size_t len)
{
    if (memcmp(room, wanted, ROOM) != 0)
        fail(what, off, len);
    memcpy(room, before, ROOM);
    memcpy(wanted, before, ROOM);
}

static void check_changes(size_t off, size_t len)
{
    unsigned char key[300], table[256];
    size_t keys[] = {1, 2, 3, 16, 31, 256, 300};
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = noise();
    for (size_t i = 0; i < sizeof table; i++)
        table[i] = noise();
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        bulk_xor(room + off, len, key, keys[k]);
        for (size_t i = 0; i < len; i++)
            wanted[off + i] ^= key[i % keys[k]];
        demand("xor", off, len);
        bulk_fill(room + off, len, key, keys[k]);
        for (size_t i = 0; i < len; i++)
            wanted[off + i] = key[i % keys[k]];
        demand("fill", off, len);
    }
    bulk_translate(room + off, len, table);
    for (size_t i = 0; i < len; i++)
        wanted[off + i] = table[wanted[off + i]];
    demand("translate", off, len);
    size_t units = len - len % LOOKUP_UNIT;
    for (enum lookup_way way = LOOKUP_AVX2; way <= LOOKUP_VBMI; way++) {
        if (!lookup_possible(way))
            continue;
        lookup_run(way, room + off, units, table);
        for (size_t i = 0; i < units; i++)
            wanted[off + i] = table[wanted[off + i]];
        demand("lookup", off, units);
    }
    for (unsigned width = 2; width <= 8; width *= 2) {
        size_t whole = len - len % width;
        bulk_swap(room + off, whole, width);
        for (size_t i = 0; i < whole; i++)
            wanted[off + i] = before[off + i - i % width + width - 1 - i % width];
        demand("swap", off, whole);
    }
}

/* Bit by bit, with the register as the catalogue describes it. */
static uint64_t plain_crc(const struct crc *crc, const unsigned char *data, size_t len)
{
    uint64_t top = (uint64_t)1 << (crc->width - 1), rest = crc->init, result = 0;
    for (size_t i = 0; i < 8 * len; i++) {
        unsigned bit = crc->refin ? i % 8 : 7 - i % 8;
        bool leaves = ((rest & top) != 0) != (data[i / 8] >> bit & 1);
        rest = (rest << 1 ^ (leaves ? crc->poly : 0)) & (top | (top - 1));
    }
    for (unsigned i = 0; i < crc->width; i++)
        result |= (rest >> i & 1) << (crc->refout ? crc->width - 1 - i : i);
    return result ^ crc->xorout;
}

static void check_crc(size_t off, size_t len)
{
    struct crc crc = {.refin = noise() & 1, .refout = noise() & 1};
    crc.width = 1 + noise() % 64;
    uint64_t mask = crc.width < 64 ? ((uint64_t)1 << crc.width) - 1 : UINT64_MAX;
    for (int i = 0; i < 8; i++) {
        crc.poly = crc.poly << 8 | noise();
        crc.init = crc.init << 8 | noise();
        crc.xorout = crc.xorout << 8 | noise();
    }
    crc.poly &= mask, crc.init &= mask, crc.xorout &= mask;
    if (crc_of(&crc, room + off, len) != plain_crc(&crc, room + off, len))
        fail("crc", off, len);
}

static void make_digest(const struct digest *digest, unsigned char *data, size_t len,
                        unsigned char result[DIGEST_MOST])
{
    struct image image = {.base = data, .size = len, .mode = IMAGE_MEMORY};
    digest_make(digest, &image, 0, len, result);
}

/* Against a copy in the middle of other memory, which no edge is near to. */
static void check_sums(size_t off, size_t len)
{
    static unsigned char copy[ROOM + 64];
    unsigned char here[DIGEST_MOST], there[DIGEST_MOST];
    struct checksum checksum;
    memcpy(copy + 32, room + off, len);
    for (size_t i = 0; i < 14; i++) {
        if (!checksum_find(checksum_name(i), &checksum))
            fail(checksum_name(i), off, len);
        size_t whole = len - len % checksum.unit;
        if (checksum_of(&checksum, room + off, whole) != checksum_of(&checksum, copy + 32, whole))
            fail(checksum_name(i), off, len);
    }
    for (size_t i = 0; digest_name(i); i++) {
        const struct digest *digest = digest_find(digest_name(i));
        make_digest(digest, room + off, len, here);
        make_digest(digest, copy + 32, len, there);
        if (memcmp(here, there, digest->size) != 0)
            fail(digest->name, off, len);
    }
    if (checksum_crc32(room + off, len) != checksum_crc32(copy + 32, len))
        fail("crc32", off, len);
}

static void check_at(size_t off, size_t len)
{
    check_changes(off, len);
    check_crc(off, len);
    check_sums(off, len);
}

static void check(size_t len)
{
    check_at(0, len);
    check_at(ROOM - len, len);
    check_at(PAGE + len % 37, len);
}

int main(int argc, char **argv)
{
    static const size_t longer[] = {511,  512,  513,  575,  576,  2047,
                                    2048, 2049, 4095, 4096, 4097, 8300};
    unsigned char *map = mmap(NULL, ROOM + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || mprotect(map + PAGE, ROOM, PROT_READ | PROT_WRITE) != 0)
        return 2;
    room = map + PAGE;
    for (size_t i = 0; i < ROOM; i++)
        before[i] = noise();
    memcpy(room, before, ROOM);
    memcpy(wanted, before, ROOM);
    if (argc > 1 && strcmp(argv[1], "beyond") == 0)
        bulk_xor(room + ROOM - 1, 2, before, 1);
    for (size_t len = 0; len <= 300; len++)
        check(len);
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++)
        check(longer[i]);
    puts("ok");
    return 0;
}
