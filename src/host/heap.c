/* heap: realloc and a sum. */
#include "heap.h"

#include <stdlib.h>

void *heap_allocate(void *data, void *block, size_t old_size, size_t new_size)
{
    struct heap *heap = data;
    size_t had = block != NULL ? old_size : 0; /* of a new block Lua tells the type there */
    if (new_size == 0) {
        free(block);
        heap->used -= had;
        return NULL;
    }
    if (new_size > had && new_size - had > heap->limit - heap->used)
        return NULL;
    void *moved = realloc(block, new_size);
    if (moved == NULL)
        return NULL;
    heap->used = heap->used - had + new_size;
    return moved;
}
