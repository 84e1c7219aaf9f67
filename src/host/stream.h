/*
 * stream: what comes through standard input, and what goes out through standard output, as files.
 *
 * Both work in pieces of 64 KiB. Each returns true, or nil, message, errno when one side fails, which the message
 * names; what was written until then stays. Both raise "interrupted" at Ctrl-C, which also ends a wait for input or
 * for a reader.
 */
#ifndef SUTURE_STREAM_H
#define SUTURE_STREAM_H

#include <lua.h>

/* host.take(path): standard input to its end, into a new file with mode 0600 that only its owner may read. */
int stream_take(lua_State *L);

/* host.give(path): the file to standard output. A pipe that nobody reads is an error (EPIPE), no signal. */
int stream_give(lua_State *L);

#endif
