/* hexline: see hexline.h. */
#include "hexline.h"

#include <stdbool.h>
#include <string.h>

#define GROUP 8
#define COLOUR_MOST 8

/* Of each byte what a line has: a blank, two digits, and a blank that the next one covers. */
static const char CELLS[] = " 00  01  02  03  04  05  06  07  08  09  0a  0b  0c  0d  0e  0f "
                            " 10  11  12  13  14  15  16  17  18  19  1a  1b  1c  1d  1e  1f "
                            " 20  21  22  23  24  25  26  27  28  29  2a  2b  2c  2d  2e  2f "
                            " 30  31  32  33  34  35  36  37  38  39  3a  3b  3c  3d  3e  3f "
                            " 40  41  42  43  44  45  46  47  48  49  4a  4b  4c  4d  4e  4f "
                            " 50  51  52  53  54  55  56  57  58  59  5a  5b  5c  5d  5e  5f "
                            " 60  61  62  63  64  65  66  67  68  69  6a  6b  6c  6d  6e  6f "
                            " 70  71  72  73  74  75  76  77  78  79  7a  7b  7c  7d  7e  7f "
                            " 80  81  82  83  84  85  86  87  88  89  8a  8b  8c  8d  8e  8f "
                            " 90  91  92  93  94  95  96  97  98  99  9a  9b  9c  9d  9e  9f "
                            " a0  a1  a2  a3  a4  a5  a6  a7  a8  a9  aa  ab  ac  ad  ae  af "
                            " b0  b1  b2  b3  b4  b5  b6  b7  b8  b9  ba  bb  bc  bd  be  bf "
                            " c0  c1  c2  c3  c4  c5  c6  c7  c8  c9  ca  cb  cc  cd  ce  cf "
                            " d0  d1  d2  d3  d4  d5  d6  d7  d8  d9  da  db  dc  dd  de  df "
                            " e0  e1  e2  e3  e4  e5  e6  e7  e8  e9  ea  eb  ec  ed  ee  ef "
                            " f0  f1  f2  f3  f4  f5  f6  f7  f8  f9  fa  fb  fc  fd  fe  ff ";

#define CELL 4

size_t hexline_room(const struct hexline_style *style)
{
    size_t width = style->width;
    size_t plain = 16 + 3 * width + width / GROUP + 1 + 3 + width + 2;
    size_t runs = 2 * (width / 2 + 1);
    return style->colour ? plain + runs * (COLOUR_MOST + sizeof HEXLINE_PLAIN - 1) : plain;
}

static inline char *write_byte(unsigned char byte, char *to)
{
    memcpy(to, CELLS + CELL * (size_t)byte + 1, 2);
    return to + 2;
}

static char *write_text(const char *text, char *to)
{
    size_t len = strlen(text);
    memcpy(to, text, len);
    return to + len;
}

static inline char shown(unsigned char byte)
{
    return byte >= ' ' && byte <= '~' ? (char)byte : '.';
}

/* Eight bytes at once: bit 7 of each becomes whether it is none to be shown. */
static inline void write_eight(const unsigned char *bytes, char *to)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    uint64_t low = word & 0x7f * ones;
    uint64_t hidden = (word | ~(low + (0x80 - ' ') * ones) | (low + ones)) >> 7 & ones;
    uint64_t mask = hidden * 0xff;
    word = (word & ~mask) | ('.' * ones & mask);
    memcpy(to, &word, sizeof word);
}

static char *write_shown(const unsigned char *bytes, size_t count, char *to)
{
    size_t i = 0;
    for (; count - i >= 8; i += 8)
        write_eight(bytes + i, to + i);
    for (; i < count; i++)
        to[i] = shown(bytes[i]);
    return to + count;
}

char *hexline_address(uint64_t address, char *to)
{
    int digits = 8;
    while (digits < 16 && address >> (4 * digits))
        digits++;
    for (int i = digits - 1; i >= 0; i--)
        *to++ = "0123456789abcdef"[address >> (4 * i) & 15];
    return to;
}

char *hexline_digits(const unsigned char *bytes, size_t count, char *to)
{
    for (size_t i = 0; i < count; i++)
        to = write_byte(bytes[i], to);
    return to;
}

/* What stands before byte i: its first character belongs to the byte before, which may have a star there. */
static inline char *write_gap(size_t i, char first, char *to)
{
    *to++ = first;
    if (i % GROUP == 0)
        *to++ = ' ';
    return to;
}

/* Bytes with the blank before each; also writes one character behind them. */
static inline char *write_cells(const unsigned char *bytes, size_t count, char *to)
{
    for (size_t i = 0; i < count; i++)
        memcpy(to + 3 * i, CELLS + CELL * (size_t)bytes[i], CELL);
    return to + 3 * count;
}

static char *write_plain(const unsigned char *bytes, size_t count, char *to)
{
    size_t i = 0;
    for (; count - i >= GROUP; i += GROUP) {
        *to++ = ' ';
        to = write_cells(bytes + i, GROUP, to);
    }
    if (i == count)
        return to;
    *to++ = ' ';
    return write_cells(bytes + i, count - i, to);
}

static char *write_starred(const unsigned char *bytes, size_t count, const unsigned char *marks,
                           char *to)
{
    for (size_t i = 0; i < count; i++)
        to = write_byte(bytes[i], write_gap(i, i && marks[i - 1] ? '*' : ' ', to));
    return to;
}

/* Turns the colour on or off where a run of marked bytes begins or ends. */
static char *turn(const char *colour, bool *is_on, bool on, char *to)
{
    if (*is_on == on)
        return to;
    *is_on = on;
    return write_text(on ? colour : HEXLINE_PLAIN, to);
}

static char *write_coloured(const char *colour, const unsigned char *bytes, size_t count,
                            const unsigned char *marks, char *to)
{
    bool is_on = false;
    for (size_t i = 0; i < count; i++) {
        if (!marks[i])
            to = turn(colour, &is_on, false, to);
        to = write_gap(i, ' ', to);
        to = write_byte(bytes[i], turn(colour, &is_on, marks[i], to));
    }
    return turn(colour, &is_on, false, to);
}

static char *write_hex(const struct hexline_style *style, const unsigned char *bytes, size_t count,
                       const unsigned char *marks, char *to)
{
    if (!marks)
        return write_plain(bytes, count, to);
    if (style->colour)
        return write_coloured(style->colour, bytes, count, marks, to);
    return write_starred(bytes, count, marks, to);
}

/* The blanks of missing bytes, and those before the text; the first one is the last byte's. */
static char *write_rest(size_t width, size_t count, bool star, char *to)
{
    size_t groups = (width + GROUP - 1) / GROUP - (count + GROUP - 1) / GROUP;
    size_t len = 3 * (width - count) + groups + 2;
    memset(to, ' ', len);
    if (star)
        *to = '*';
    return to + len;
}

static char *write_characters(const char *colour, const unsigned char *bytes, size_t count,
                              const unsigned char *marks, char *to)
{
    bool is_on = false;
    if (!marks || !colour)
        return write_shown(bytes, count, to);
    for (size_t i = 0; i < count; i++) {
        to = turn(colour, &is_on, marks[i], to);
        *to++ = shown(bytes[i]);
    }
    return turn(colour, &is_on, false, to);
}

char *hexline_write(const struct hexline_style *style, uint64_t address, const unsigned char *bytes,
                    size_t count, const unsigned char *marks, char *to)
{
    bool star = marks && !style->colour && marks[count - 1];
    to = hexline_address(address, to);
    to = write_hex(style, bytes, count, marks, to);
    to = write_rest(style->width, count, star, to);
    *to++ = '|';
    to = write_characters(style->colour, bytes, count, marks, to);
    *to++ = '|';
    *to++ = '\n';
    return to;
}
