/* pattern: see pattern.h. */
#include "pattern.h"

#include <string.h>

/* Not isspace: that depends on the locale. */
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const struct {
    const char *noun;
    const char *wants;
} TEXTS[] = {
    [PATTERN_HEX] = {"hex", "hex digits"},
    [PATTERN_WILD] = {"pattern", "hex digits or ?"},
};

/* A text on its way to bytes. */
struct parser {
    const char *text;
    size_t len;
    size_t at;
    enum pattern_text kind;
    struct error *error;
};

static bool bad_character(const struct parser *parser, size_t at)
{
    unsigned char c = (unsigned char)parser->text[at];
    const char *form = c < 0x20 || c > 0x7e ? "bad character \\x%02x in %s (want %s)"
                                            : "bad character '%c' in %s (want %s)";
    return error_at(parser->error, ERROR_ARGUMENT, NULL, at, form, c, TEXTS[parser->kind].noun,
                    TEXTS[parser->kind].wants);
}

/* Lays one digit or wildcard over half of a byte. */
static bool put_half(const struct parser *parser, size_t at, int shift, unsigned char *value,
                     unsigned char *mask)
{
    char c = parser->text[at];
    int digit = digit_of(c);
    if (digit < 0)
        return (c == '?' && parser->kind == PATTERN_WILD) || bad_character(parser, at);
    *value = (unsigned char)(*value | digit << shift);
    *mask = (unsigned char)(*mask | 0xf << shift);
    return true;
}

/* A byte is two characters, or a `?` with nothing joined to it. */
static bool parse_byte(struct parser *parser, bool joined, unsigned char *value,
                       unsigned char *mask)
{
    size_t at = parser->at;
    *value = *mask = 0;
    if (!put_half(parser, at, 4, value, mask))
        return false;
    parser->at = at + 2;
    if (at + 1 < parser->len && !is_space(parser->text[at + 1]))
        return put_half(parser, at + 1, 0, value, mask);
    parser->at = at + 1;
    if (parser->text[at] == '?' && !joined)
        return true;
    return error_at(parser->error, ERROR_ARGUMENT, NULL, at,
                    "lone digit '%c' in %s (a byte has two)", parser->text[at],
                    TEXTS[parser->kind].noun);
}

bool pattern_parse(const char *text, size_t text_len, enum pattern_text kind, unsigned char *value,
                   unsigned char *mask, size_t *len, struct error *error)
{
    struct parser parser = {text, text_len, 0, kind, error};
    bool joined = false;
    *len = 0;
    while (parser.at < text_len) {
        if (is_space(text[parser.at])) {
            joined = false;
            parser.at++;
            continue;
        }
        if (!parse_byte(&parser, joined, &value[*len], &mask[*len]))
            return false;
        joined = true;
        ++*len;
    }
    return true;
}

static uint64_t load(const unsigned char *from)
{
    uint64_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static bool word_matches(const struct pattern *pattern, const unsigned char *data, size_t at)
{
    return ((load(data + at) ^ load(pattern->value + at)) & load(pattern->mask + at)) == 0;
}

/* By words, the last of which may overlap the one before it: nothing behind the pattern's end is read. */
bool pattern_match(const struct pattern *pattern, const unsigned char *data)
{
    const size_t word = sizeof(uint64_t);
    if (!pattern->mask)
        return memcmp(data, pattern->value, pattern->len) == 0;
    if (pattern->len >= word) {
        for (size_t at = 0; at + word < pattern->len; at += word)
            if (!word_matches(pattern, data, at))
                return false;
        return word_matches(pattern, data, pattern->len - word);
    }
    for (size_t i = 0; i < pattern->len; i++)
        if ((data[i] & pattern->mask[i]) != pattern->value[i])
            return false;
    return true;
}

static char half(unsigned char value, unsigned char mask)
{
    return mask & 0xf ? "0123456789abcdef"[value & 0xf] : '?';
}

void pattern_print(const struct pattern *pattern, char *text)
{
    for (size_t i = 0; i < pattern->len; i++) {
        if (i)
            *text++ = ' ';
        unsigned char value = pattern->value[i], mask = pattern_mask(pattern, i);
        *text++ = half((unsigned char)(value >> 4), (unsigned char)(mask >> 4));
        *text++ = half(value, mask);
    }
    *text = '\0';
}
