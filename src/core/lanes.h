/*
 * lanes: tests many positions of a search at once, with what the processor has.
 *
 * A block is 128 positions. Of each, the bytes that a search calls its probes are compared; a position at
 * which all of them agree is found. Each kind of processor has its own functions, in a file of its own,
 * and all give the same answers. No byte is read but those that the probes of a position name.
 */
#ifndef SUTURE_LANES_H
#define SUTURE_LANES_H

#include <stddef.h>
#include <stdint.h>

enum { LANES_BLOCK = 128, LANES_PROBES = 16, LANES_SPARE = LANES_BLOCK + 4 };

/* The byte `at` bytes behind a position agrees when (byte & mask) == value. */
struct probe {
    size_t at;
    unsigned char value, mask;
};

/* 1 to LANES_PROBES of them, the rarest first. */
struct probes {
    struct probe list[LANES_PROBES];
    size_t count;
};

struct lanes {
    /*
     * Looks at `blocks` blocks of data, which begin at offset at, one after the other, until `want`
     * positions or more are found. Puts their offsets into offs, ascending, and their number into *count;
     * offs has room for want + LANES_SPARE. Gives the offset behind the last block that it looked at.
     */
    uint64_t (*ahead)(const struct probes *probes, const unsigned char *data, uint64_t at,
                      uint64_t blocks, uint64_t *offs, size_t want, size_t *count);

    /*
     * Looks at blocks that end at `end`, from the last to the first, until one has any. Gives its offset,
     * and a bit for each of its positions, ascending: found[0] has the first 64, lowest bit first. Both
     * words are 0 when nothing is found; it gives the offset of the first block then.
     */
    uint64_t (*behind)(const struct probes *probes, const unsigned char *data, uint64_t end,
                       uint64_t blocks, uint64_t found[2]);
};

/* Which functions are used. What a processor lacks is no choice for it. */
enum lanes_path { LANES_PORTABLE, LANES_SSE2, LANES_AVX2, LANES_PATHS };

/* The functions of a path, or NULL where this processor cannot run them. */
const struct lanes *lanes_of(enum lanes_path path);

/* The fastest path of this processor. */
const struct lanes *lanes_best(void);

#endif
