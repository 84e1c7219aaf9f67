/*
 * paths: the functions for each kind of processor, for lanes.c alone.
 */
#ifndef SUTURE_PATHS_H
#define SUTURE_PATHS_H

#include "lanes.h"

/* Every x86-64 processor has SSE2; whether it has AVX2 is asked at run time. */
#ifdef __x86_64__
#define PATHS_X86
extern const struct lanes lanes_sse2, lanes_avx2;
#endif

extern const struct lanes lanes_portable;

#endif
