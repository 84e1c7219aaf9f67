/*
 * readline: lines edited by GNU readline, for Lua code; the table `readline` of suture.host.
 *
 * The library (libreadline.so.8) is opened at first use and never linked. It is one for the whole process, and so is
 * what is set here: a later open takes the place of an earlier one. The user's inputrc counts, under the name suture.
 *
 * The callbacks are fields of one table, each of them optional and called as
 *
 *     fn(text, point, prompt, columns, lines)
 *
 * with the buffer, the cursor in bytes from its start, the prompt that is to be shown (while the history is searched
 * another one than that of read), and the size of the window.
 *
 *   is_complete    -> boolean: Enter ends the chunk; else it is a newline in it. Without it Enter always ends.
 *   complete       -> integer: where the word begins that Tab completes, in bytes; nil where there is none. The byte
 *                     before must not be in the word
 *   candidates     -> list: what all candidates of that word begin with, then the candidates; or one candidate
 *   up, down, line_start, line_end -> integer: the cursor after that key; nil for what readline does with it
 *   begin, paint, list, clear, finish, interrupt
 *                  -> string: what the terminal gets when a chunk begins, after each key, to show candidates, to clear
 *                     the screen, when the chunk is over, and when it was interrupted. Without paint readline paints
 *                     by itself, and none of these is called.
 *
 * A callback never ends what is read: an error counts as nil, and read hands over the last one.
 *
 * While read waits, a stop (Ctrl-Z) and an end of the process by a signal find the terminal as it was before; after a
 * stop the line goes on. Resizing the window paints anew.
 */
#ifndef SUTURE_READLINE_H
#define SUTURE_READLINE_H

#include <lua.h>

/*
 * Pushes the table:
 *
 *   open(callbacks)   -> true | nil, message      the library cannot be opened; the message names its package
 *   read(prompt)      -> text | nil, complaint    the chunk, without the newline of Enter; nil at the end of the
 *                        input; then what a callback has raised, or nil. Raises `interrupted` after Ctrl-C, which
 *                        drops what was typed, and `io` when the system has no descriptor left. The next Ctrl-C
 *                        counts as the first
 *   remember(text)       adds to the history that the keys look through
 *   close()              lets go of the callbacks
 *
 * read and remember raise `closed` unless open came before, read `locked` inside a callback.
 */
void readline_push(lua_State *L);

#endif
