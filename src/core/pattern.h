/*
 * pattern: pattern text to bytes and masks.
 *
 * Grammar, as disassemblers and signature tools print it: bytes in hex, two digits each, with or without
 * white space between them; `?` in place of a digit is four bits that match anything; `??`, or a lone `?`
 * between spaces, is a byte that matches anything. A lone hex digit is an error: it could mean 0x07 or
 * 0x70.
 */
#ifndef SUTURE_PATTERN_H
#define SUTURE_PATTERN_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte b matches at i when (b & mask[i]) == value[i]; value has no bit outside mask. */
struct pattern {
    const unsigned char *value;
    const unsigned char *mask; /* NULL: every bit is fixed */
    size_t len;                /* bytes */
};

/* What a text may hold; also the noun of the error messages. */
enum pattern_text { PATTERN_HEX, PATTERN_WILD };

/*
 * Parses text_len bytes of text into value and mask, each with room for text_len bytes, and gives their
 * number, which may be 0. Error: `argument`, with the offset of the bad character in the text. In
 * PATTERN_HEX a `?` is a bad character.
 */
bool pattern_parse(const char *text, size_t text_len, enum pattern_text kind, unsigned char *value,
                   unsigned char *mask, size_t *len, struct error *error);

/* The mask of byte i. */
static inline unsigned char pattern_mask(const struct pattern *pattern, size_t i)
{
    return pattern->mask ? pattern->mask[i] : 0xff;
}

/* Whether pattern.len bytes at data match. */
bool pattern_match(const struct pattern *pattern, const unsigned char *data);

/*
 * Writes the canonical text ("48 8b ?? 4?") and a NUL to text, which has room for 3 * len bytes (at
 * least 1).
 */
void pattern_print(const struct pattern *pattern, char *text);

#endif
