/*
 * names: what a misspelt name was probably meant to be.
 */
#ifndef SUTURE_NAMES_H
#define SUTURE_NAMES_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * How many characters must be inserted, deleted, replaced or swapped with a neighbour to turn one word
 * into the other (optimal string alignment); words longer than 63 bytes count as far apart.
 */
size_t names_distance(const char *a, const char *b);

/* Whether a list of words, which NULL ends, has that one. */
bool names_has(const char *const *names, const char *word);

/*
 * Pushes "; did you mean 'NAME'?" for the nearest string key of the table at index `keys`, or, where
 * `list` is true, the nearest of its values; pushes "" where none is near. Raises nothing but memory errors.
 */
void names_push_hint(lua_State *L, const char *word, int keys, int list);

/* names_push_hint with the names that known(0), known(1) ... give up to a NULL. */
void names_push_hint_among(lua_State *L, const char *word, const char *(*known)(size_t));

/* Registers core.suggest and core.unknown in the table at the top of the stack. */
void names_register(lua_State *L);

#endif
