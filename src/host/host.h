/*
 * host: the module `suture.host`, what Lua code gets from the executable and from nothing else.
 *
 *   host.work(body, receive [, { timeout = SECONDS }])  -> outcome, detail    see worker.h
 *   host.confine(job, receive [, options])              -> outcome, detail    see worker.h
 *   host.crew(body, next, receive, jobs)                                      see crew.h
 *   host.hold()   host.release()                                              see interrupt.h
 *   host.take(path)   host.give(path)                   -> true | nil, message, errno   see stream.h
 *   host.system()                                       -> { landlock = VERSION, seccomp = BOOLEAN,
 *                                                            address_space = BOOLEAN }   see cell.h
 *   host.isatty(fd)                                     -> boolean            see terminal.h
 *   host.columns()                                      -> integer
 *   host.char_columns(code)                             -> integer
 *   host.remember(path, text, most)                     -> true | nil, message, errno   see remember.h
 *   host.readline                                       lines edited on a terminal   see readline.h
 *   host.verbs                                          the verbs, a sorted list of words
 *   host.executable()                                   -> path of this executable | nil
 *   host.make_folder()                                  -> path of a new folder that nobody else may enter
 *                                                          | nil, message, errno
 *   host.rearm()                                        the next Ctrl-C counts as the first   see interrupt.h
 */
#ifndef SUTURE_HOST_H
#define SUTURE_HOST_H

#include <lua.h>

/* Pushes the module's table; for package.preload. */
int luaopen_suture_host(lua_State *L);

#endif
