/*
 * embedded: the Lua modules that the executable carries.
 *
 * The table is generated at build from lua/suture and from Debian's argparse and dkjson, sorted by
 * name in the order of strcmp.
 */
#ifndef SUTURE_EMBEDDED_H
#define SUTURE_EMBEDDED_H

#include <stddef.h>

/*
 * name    as require takes it, such as "suture.cli.run"
 * source  the chunk's name, such as "@[suture]/cli/run.lua"
 * text    Lua source of len bytes, not NUL-terminated
 * code    the same compiled, of size bytes: by the Lua that is linked in, with its lines, for a process compiles
 *         dozens of modules otherwise
 */
struct embedded {
    const char *name;
    const char *source;
    const unsigned char *text;
    size_t len;
    const unsigned char *code;
    size_t size;
};

extern const struct embedded embedded[];
extern const size_t embedded_count;

#endif
