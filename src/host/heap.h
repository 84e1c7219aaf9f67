/*
 * heap: an allocator for a Lua state that stops at a limit.
 *
 * A state whose heap is full gets no memory, collects its garbage, and raises "not enough memory" when that
 * did not help. What C code takes from malloc by itself is not counted.
 */
#ifndef SUTURE_HEAP_H
#define SUTURE_HEAP_H

#include <stddef.h>

/*
 * used   bytes that the state holds now
 * limit  bytes that it may hold; SIZE_MAX for none
 */
struct heap {
    size_t used;
    size_t limit;
};

/* A lua_Alloc; its first argument is a struct heap, which must outlive the state. */
void *heap_allocate(void *heap, void *block, size_t old_size, size_t new_size);

#endif
