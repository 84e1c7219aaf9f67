/* lanes: see lanes.h. */
#include "lanes.h"

#include "paths.h"

#ifdef PATHS_X86

static const struct lanes *const PATHS[LANES_PATHS] = {
    [LANES_PORTABLE] = &lanes_portable,
    [LANES_SSE2] = &lanes_sse2,
    [LANES_AVX2] = &lanes_avx2,
};

const struct lanes *lanes_of(enum lanes_path path)
{
    if (path == LANES_AVX2 && !__builtin_cpu_supports("avx2"))
        return NULL;
    return PATHS[path];
}

#else

const struct lanes *lanes_of(enum lanes_path path)
{
    return path == LANES_PORTABLE ? &lanes_portable : NULL;
}

#endif

const struct lanes *lanes_best(void)
{
    for (int path = LANES_PATHS - 1; path > LANES_PORTABLE; path--)
        if (lanes_of((enum lanes_path)path))
            return lanes_of((enum lanes_path)path);
    return &lanes_portable;
}
