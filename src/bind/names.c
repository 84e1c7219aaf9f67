/* names: see names.h. */
#include "names.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#define WORD_MAX 63

static size_t least(size_t a, size_t b, size_t c)
{
    size_t low = a < b ? a : b;
    return low < c ? low : c;
}

size_t names_distance(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    size_t cost[WORD_MAX + 1][WORD_MAX + 1];
    if (a_len > WORD_MAX || b_len > WORD_MAX)
        return WORD_MAX;
    for (size_t i = 0; i <= a_len; i++)
        cost[i][0] = i;
    for (size_t j = 0; j <= b_len; j++)
        cost[0][j] = j;
    for (size_t i = 1; i <= a_len; i++)
        for (size_t j = 1; j <= b_len; j++) {
            cost[i][j] = least(cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                               cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && cost[i - 2][j - 2] + 1 < cost[i][j])
                cost[i][j] = cost[i - 2][j - 2] + 1;
        }
    return cost[a_len][b_len];
}

/* A third of the word may be wrong, at least one character, and never all of it. */
static size_t tolerance(const char *word)
{
    size_t third = strlen(word) / 3;
    return third ? third : 1;
}

/* Pushes the nearest name or nil. Equally near names are decided by the alphabet, not by hash order. */
static bool push_nearest(lua_State *L, const char *word, int keys, int list)
{
    size_t best = tolerance(word) + 1;
    keys = lua_absindex(L, keys);
    lua_pushnil(L);
    int nearest = lua_gettop(L);
    lua_pushnil(L);
    while (lua_next(L, keys)) {
        int name = list ? -1 : -2;
        if (lua_type(L, name) == LUA_TSTRING) {
            const char *candidate = lua_tostring(L, name);
            size_t distance = names_distance(word, candidate);
            bool better = distance < best;
            if (distance == best && lua_isstring(L, nearest))
                better = strcmp(candidate, lua_tostring(L, nearest)) < 0;
            if (better && distance < strlen(candidate)) {
                best = distance;
                lua_pushvalue(L, name);
                lua_replace(L, nearest);
            }
        }
        lua_pop(L, 1);
    }
    return lua_isstring(L, nearest);
}

bool names_has(const char *const *names, const char *word)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], word) == 0)
            return true;
    return false;
}

void names_push_hint(lua_State *L, const char *word, int keys, int list)
{
    if (push_nearest(L, word, keys, list))
        lua_pushfstring(L, "; did you mean '%s'?", lua_tostring(L, -1));
    else
        lua_pushliteral(L, "");
    lua_remove(L, -2);
}

void names_push_hint_among(lua_State *L, const char *word, const char *(*known)(size_t))
{
    lua_newtable(L);
    for (size_t i = 0; known(i); i++) {
        lua_pushstring(L, known(i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    names_push_hint(L, word, -1, 1);
    lua_remove(L, -2);
}

/* core.suggest(word, list) -> the nearest string of the list, or nil. */
static int names_suggest(lua_State *L)
{
    const char *word = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    push_nearest(L, word, 2, 1);
    return 1;
}

/* core.unknown(noun, word, list) -> "unknown NOUN 'WORD'; did you mean 'NAME'?" */
static int names_unknown(lua_State *L)
{
    const char *noun = luaL_checkstring(L, 1);
    const char *word = luaL_tolstring(L, 2, NULL);
    luaL_checktype(L, 3, LUA_TTABLE);
    names_push_hint(L, word, 3, 1);
    lua_pushfstring(L, "unknown %s '%s'%s", noun, word, lua_tostring(L, -1));
    return 1;
}

void names_register(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"suggest", names_suggest},
        {"unknown", names_unknown},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
