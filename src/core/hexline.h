/*
 * hexline: bytes as one line of text, in the layout of `hexdump -C`.
 *
 *   00000010  75 0a 90*90*00 00 00 00  48 8b 05 00 00 00 00 00  |u.......H.......|
 *
 * A line of another width has its blank more before every eighth byte all the same. Bytes can be marked:
 * by a star in place of the blank behind each, so that all columns stay where they are, or by a colour.
 */
#ifndef SUTURE_HEXLINE_H
#define SUTURE_HEXLINE_H

#include <stddef.h>
#include <stdint.h>

#define HEXLINE_WIDTH_MAX 256

struct hexline_style {
    size_t width; /* bytes a line, 1 to HEXLINE_WIDTH_MAX */
    const char
        *colour; /* of marked bytes, as a terminal is told (at most 8 characters); NULL: stars */
};

/* What a terminal is told to go back to its usual colour. */
#define HEXLINE_PLAIN "\033[0m"

/* The most characters that hexline_write writes. */
size_t hexline_room(const struct hexline_style *style);

/*
 * Writes the line for `count` bytes, 1 to the width, with its newline; the end of what was written, where no
 * NUL stands. A byte is marked where `marks`, which may be NULL, has a byte other than 0.
 */
char *hexline_write(const struct hexline_style *style, uint64_t address, const unsigned char *bytes,
                    size_t count, const unsigned char *marks, char *to);

/* Writes the address as the lines have it: in hex, of eight digits or more. At most 16 characters. */
char *hexline_address(uint64_t address, char *to);

/* Writes the bytes in hex, two characters each and nothing between them. */
char *hexline_digits(const unsigned char *bytes, size_t count, char *to);

#endif
