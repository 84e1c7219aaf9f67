/*
 * ref_fuzz: whatever text a ref has, reading it stays within it, and what is accepted is written the same again.
 */
#include "ref.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[REF_MAX];
    static struct ref ref, again;
    if (ref_parse(&ref, (const char *)data, size) != REF_WHOLE)
        return 0;
    assert(strlen(ref.journal) < sizeof ref.journal && !strchr(ref.journal, '/'));
    assert(ref.folder[0] == '/' && strlen(ref.folder) < sizeof ref.folder);
    assert(strlen(ref.relative) < sizeof ref.relative);
    size_t len = ref_print(&ref, text);
    assert(len < sizeof text && ref_parse(&again, text, len) == REF_WHOLE);
    assert(memcmp(ref.nonce, again.nonce, sizeof ref.nonce) == 0);
    assert(ref.fsid == again.fsid && ref.ino == again.ino);
    assert(strcmp(ref.journal, again.journal) == 0 && strcmp(ref.folder, again.folder) == 0);
    assert(strcmp(ref.relative, again.relative) == 0);
    return 0;
}
