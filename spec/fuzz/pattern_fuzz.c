/*
 * pattern_fuzz: whatever text a pattern has, parsing stays within it, and what it is taken for is printed and
 * parsed to the same again.
 */
#include "pattern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct parsed {
    unsigned char *value;
    unsigned char *mask;
    size_t len;
};

/* Room for exactly what the text may give, so that a byte too much is seen. */
static struct parsed parse(const char *text, size_t len, enum pattern_text kind, bool *accepted)
{
    struct parsed parsed = {malloc(len ? len : 1), malloc(len ? len : 1), 0};
    struct error error;
    assert(parsed.value && parsed.mask);
    *accepted = pattern_parse(text, len, kind, parsed.value, parsed.mask, &parsed.len, &error);
    assert(*accepted || (error.kind == ERROR_ARGUMENT && error.has_offset && error.offset <= len));
    assert(!*accepted || parsed.len <= len);
    return parsed;
}

static void release(struct parsed *parsed)
{
    free(parsed->value);
    free(parsed->mask);
}

static void print_and_parse(const struct parsed *parsed)
{
    struct pattern pattern = {parsed->value, parsed->mask, parsed->len};
    char *text = malloc(3 * parsed->len + 1);
    bool accepted;
    assert(text);
    pattern_print(&pattern, text);
    assert(strlen(text) <= 3 * parsed->len);
    struct parsed again = parse(text, strlen(text), PATTERN_WILD, &accepted);
    assert(accepted && again.len == parsed->len);
    assert(memcmp(again.value, parsed->value, parsed->len) == 0);
    assert(memcmp(again.mask, parsed->mask, parsed->len) == 0);
    release(&again);
    free(text);
}

/* No bit of the value is free, and the value itself matches. */
static void check(const struct parsed *parsed, enum pattern_text kind)
{
    struct pattern pattern = {parsed->value, parsed->mask, parsed->len};
    for (size_t i = 0; i < parsed->len; i++) {
        assert(!(parsed->value[i] & ~parsed->mask[i]));
        assert(kind == PATTERN_WILD || parsed->mask[i] == 0xff);
    }
    assert(pattern_match(&pattern, parsed->value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (enum pattern_text kind = PATTERN_HEX; kind <= PATTERN_WILD; kind++) {
        bool accepted;
        struct parsed parsed = parse((const char *)data, size, kind, &accepted);
        if (accepted) {
            check(&parsed, kind);
            print_and_parse(&parsed);
        }
        release(&parsed);
    }
    return 0;
}
