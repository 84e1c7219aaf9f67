/* flushing: see flushing.h. */
#include "flushing.h"

#include "arguments.h"
#include "duplicate.h"
#include "errors.h"
#include "flush.h"
#include "hot.h"
#include "names.h"
#include "record.h"
#include "recover.h"
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define NANOSECONDS 1000000000u

static const char *const OUTCOMES[] = {
    [FLUSH_UNCHANGED] = "unchanged",
    [FLUSH_PLACE] = "place",
    [FLUSH_REPLACED] = "replaced",
};

static const char *const RESULTS[] = {
    [RECOVER_CLEAN] = "clean",
    [RECOVER_FINISHED] = "finished",
    [RECOVER_UNDONE] = "undone",
};

void flushing_tell(const char *path, enum recover_result result)
{
    if (result != RECOVER_CLEAN)
        fprintf(stderr, "suture: %s: an interrupted flush was %s\n", path, RESULTS[result]);
}

/* Options */

static const char *const OPTIONS[] = {"offset", "length", "by", "record", "break_links", NULL};

static void refuse_option(lua_State *L, const struct bytes *bytes, int key)
{
    const char *name = luaL_tolstring(L, key, NULL);
    lua_newtable(L);
    for (int i = 0; OPTIONS[i]; i++) {
        lua_pushstring(L, OPTIONS[i]);
        lua_rawseti(L, -2, i + 1);
    }
    names_push_hint(L, name, -1, 1);
    errors_raise_argument(L, image_name(bytes->image), "flush", 1, "unknown option '%s'%s", name,
                          lua_tostring(L, -1));
}

static bool read_flag(lua_State *L, const struct bytes *bytes, const char *name)
{
    if (!lua_isboolean(L, -1))
        errors_raise_argument(L, image_name(bytes->image), "flush", 1,
                              "option %s must be a boolean, got %s", name, luaL_typename(L, -1));
    return lua_toboolean(L, -1);
}

static enum flush_way read_way(lua_State *L, const struct bytes *bytes)
{
    const char *way = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    if (strcmp(way, "place") != 0 && strcmp(way, "replace") != 0)
        errors_raise_argument(L, image_name(bytes->image), "flush", 1,
                              "option by must be \"place\" or \"replace\", got %s",
                              luaL_tolstring(L, -1, NULL));
    return *way == 'p' ? FLUSH_BY_PLACE : FLUSH_BY_REPLACE;
}

/* One option, whose name and value are the top two of the stack. */
static void read_option(lua_State *L, const struct bytes *bytes, struct flush_options *options,
                        bool *has_len)
{
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    if (strcmp(name, "offset") == 0) {
        options->has_range = true;
        options->off = argument_offset(L, bytes, "flush", lua_gettop(L), "offset");
    } else if (strcmp(name, "length") == 0) {
        options->has_range = *has_len = true;
        options->len = argument_offset(L, bytes, "flush", lua_gettop(L), "length");
    } else if (strcmp(name, "by") == 0) {
        options->way = read_way(L, bytes);
    } else if (strcmp(name, "record") == 0) {
        options->no_record = !read_flag(L, bytes, "record");
    } else if (strcmp(name, "break_links") == 0) {
        options->break_links = read_flag(L, bytes, "break_links");
    } else {
        refuse_option(L, bytes, -2);
    }
}

/* Returns whether a length was given. */
static bool read_fields(lua_State *L, int index, const struct bytes *bytes,
                        struct flush_options *options)
{
    bool has_len = false;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        read_option(L, bytes, options, &has_len);
    return has_len;
}

static void read_options(lua_State *L, int index, struct bytes *bytes,
                         struct flush_options *options)
{
    if (lua_type(L, index) != LUA_TTABLE)
        errors_raise_argument(L, image_name(bytes->image), "flush", 1,
                              "options must be a table, got %s", luaL_typename(L, index));
    bool has_len = read_fields(L, index, bytes, options);
    if (!options->has_range)
        return;
    if (!has_len)
        options->len = options->off <= bytes->size ? bytes->size - options->off : 0;
    bytes_range(L, bytes, options->off, options->len, "flush");
    if (options->off == 0 && options->len == bytes->size)
        options->has_range = false;
}

/* Flush */

/* In shared mode the bytes are in the file already; msync makes them durable. */
static void synchronise(lua_State *L, struct bytes *bytes)
{
    struct error error;
    const struct image *image = bytes->image;
    if (!image->size || msync(image->map.base, image->map.len, MS_SYNC) == 0)
        return;
    error_system(&error, errno, image_name(image), "cannot make the change durable");
    bytes_raise(L, bytes, &error);
}

/* What could not be kept, or was not reached, does not pass unseen, but it is no failure. */
static void tell_note(const char *path, const char *message)
{
    if (message[0])
        fprintf(stderr, "suture: warning: %s: %s\n", path, message);
}

int flushing_flush(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "flush");
    struct flush_options options = {0};
    enum flush_outcome outcome = FLUSH_PLACE;
    struct flush_note note;
    struct error error;
    argument_most(L, bytes, "flush", 2);
    bytes_refuse_view(L, bytes, "flush");
    bytes_refuse_member(L, bytes, "flush");
    if (argument_given(L, 2))
        read_options(L, 2, bytes, &options);
    if (bytes->image->mode == IMAGE_SHARED) {
        synchronise(L, bytes);
    } else {
        if (!flush_images(&bytes->image, 1, &options, &outcome, &note, &error))
            bytes_raise(L, bytes, &error);
        tell_note(image_name(bytes->image), note.message);
    }
    lua_pushstring(L, OUTCOMES[outcome]);
    return 1;
}

/* The objects of the list at index 1 as images, in a userdata that is left on the stack. */
static struct image **check_list(lua_State *L, lua_Integer *count)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    *count = luaL_len(L, 1);
    if (*count < 1)
        errors_raise_argument(L, NULL, "flush", 1, "the list of objects is empty");
    struct image **images = lua_newuserdatauv(L, (size_t)*count * sizeof(struct image *), 0);
    for (lua_Integer i = 0; i < *count; i++) {
        lua_geti(L, 1, i + 1);
        struct bytes *bytes = bytes_check_live(L, -1, "flush");
        bytes_refuse_view(L, bytes, "flush");
        bytes_refuse_member(L, bytes, "flush");
        for (lua_Integer other = 0; other < i; other++)
            if (images[other] == bytes->image)
                errors_raise_argument(L, image_name(bytes->image), "flush", 1,
                                      "the object is in the list twice");
        images[i] = bytes->image;
        lua_pop(L, 1);
    }
    return images;
}

/* core.flush({ b, ... } [, options]) -> { outcome, ... }; the objects stay alive in the list */
static int flushing_flush_list(lua_State *L)
{
    struct flush_options options = {0};
    struct flush_note note;
    struct error error;
    lua_Integer count;
    argument_most(L, NULL, "flush", 2);
    struct image **images = check_list(L, &count);
    lua_geti(L, 1, 1);
    if (lua_istable(L, 2))
        read_fields(L, 2, bytes_check(L, -1, "flush"), &options);
    if (options.has_range)
        errors_raise_argument(L, NULL, "flush", 2,
                              "offset and length go with the flush of one object, not of a list");
    enum flush_outcome *outcomes = lua_newuserdatauv(L, (size_t)count * sizeof *outcomes, 0);
    if (!flush_images(images, (uint32_t)count, &options, outcomes, &note, &error))
        errors_raise(L, &error, error.offset);
    tell_note(image_name(images[0]), note.message);
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_pushstring(L, OUTCOMES[outcomes[i]]);
        lua_seti(L, -2, i + 1);
    }
    return 1;
}

/* b:save(path): the object as it reads now, atomically, to another file */
static int flushing_save(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "save");
    struct error error;
    argument_most(L, bytes, "save", 2);
    const char *path = argument_word(L, bytes, "save", 2, "path");
    if (!replace_save(bytes->image, bytes->off, bytes->size, path, &error))
        bytes_raise(L, bytes, &error);
    return 0;
}

/* core.duplicate(b, path): the object as it reads now and all else of its file, under a name that is free */
static int flushing_duplicate(lua_State *L)
{
    struct bytes *bytes = bytes_check_live(L, 1, "duplicate");
    struct error error;
    argument_most(L, bytes, "duplicate", 2);
    bytes_refuse_view(L, bytes, "duplicate");
    const char *path = argument_word(L, bytes, "duplicate", 2, "path");
    if (!duplicate_file(bytes->image, path, &error))
        bytes_raise(L, bytes, &error);
    return 0;
}

/* Recovery */

/* core.recover(path [, choice [, journal]]) -> "clean" | "finished" | "undone" */
static int flushing_recover(lua_State *L)
{
    static const char *const CHOICES[] = {"auto", "old", "new", "forget", NULL};
    struct error error;
    enum recover_result result;
    struct recover_note note;
    const char *path = argument_word(L, NULL, "recover", 1, "path");
    int choice = luaL_checkoption(L, 2, "auto", CHOICES);
    const char *journal = luaL_optstring(L, 3, NULL);
    if (!recover_path(path, (enum recover_choice)choice, journal, &result, &note, &error))
        errors_raise(L, &error, error.offset);
    tell_note(path, note.message);
    lua_pushstring(L, RESULTS[result]);
    return 1;
}

/* Records */

/* core.records() -> { id, ... }, newest first */
static int flushing_records(lua_State *L)
{
    struct error error;
    size_t count;
    char(*ids)[RECORD_ID];
    if (!record_list(&ids, &count, &error))
        errors_raise(L, &error, error.offset);
    char(*copy)[RECORD_ID] = lua_newuserdatauv(L, (count + 1) * RECORD_ID, 0);
    if (count)
        memcpy(copy, ids, count * RECORD_ID);
    free(ids);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, copy[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static void set_integer(lua_State *L, const char *field, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, field);
}

static void push_change(lua_State *L, const struct journal_change *change)
{
    lua_createtable(L, 0, 4);
    set_integer(L, "old_offset", change->old_off);
    set_integer(L, "offset", change->off);
    lua_pushlstring(L, (const char *)change->old, (size_t)change->old_len);
    lua_setfield(L, -2, "old");
    lua_pushlstring(L, (const char *)change->new, (size_t)change->len);
    lua_setfield(L, -2, "new");
}

static void push_target(lua_State *L, const struct journal_target *target)
{
    struct journal_cursor cursor = {0};
    struct journal_change change;
    lua_createtable(L, 0, 7);
    lua_pushstring(L, target->path);
    lua_setfield(L, -2, "path");
    lua_pushboolean(L, target->flags & JOURNAL_REPLACED);
    lua_setfield(L, -2, "replaced");
    set_integer(L, "inode", target->new_ino ? target->new_ino : target->ino);
    set_integer(L, "fsid", target->fsid);
    set_integer(L, "old_size", target->old_size);
    set_integer(L, "new_size", target->new_size);
    lua_newtable(L);
    for (lua_Integer i = 1; journal_next(target, &cursor, &change); i++) {
        push_change(L, &change);
        lua_seti(L, -2, i);
    }
    lua_setfield(L, -2, "changes");
}

/* A journal that the collector closes, whatever raises while its content is pushed. */
static int journal_gc(lua_State *L)
{
    journal_close(lua_touserdata(L, 1));
    return 0;
}

static struct journal *push_journal(lua_State *L)
{
    struct journal *journal = lua_newuserdatauv(L, sizeof *journal, 0);
    memset(journal, 0, sizeof *journal);
    if (luaL_newmetatable(L, "suture.journal")) {
        lua_pushcfunction(L, journal_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return journal;
}

/*
 * core.record(id) -> { id=, time=, nanoseconds= (since 1970),
 *                      targets = { { path=, changes = { { offset=, old_offset=, old=, new= } } } } }
 */
static int flushing_record(lua_State *L)
{
    struct error error;
    const char *id = argument_word(L, NULL, "record", 1, "id");
    struct journal *journal = push_journal(L);
    if (!record_read(id, journal, &error))
        errors_raise(L, &error, error.offset);
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "id");
    set_integer(L, "time", (uint64_t)journal->time / NANOSECONDS);
    set_integer(L, "nanoseconds", (uint64_t)journal->time);
    lua_createtable(L, (int)journal->count, 0);
    for (uint32_t i = 0; i < journal->count; i++) {
        push_target(L, &journal->targets[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, "targets");
    journal_close(journal);
    return 1;
}

/* core.forget(id): removes a record */
static int flushing_forget(lua_State *L)
{
    struct error error;
    const char *id = argument_word(L, NULL, "forget", 1, "id");
    if (!record_forget(id, &error))
        errors_raise(L, &error, error.offset);
    return 0;
}

/* When the file was made; stx_mask lacks STATX_BTIME where the system or the file system does not tell. */
static bool look_at_birth(const char *real, struct statx *status, struct error *error)
{
    status->stx_mask = 0;
    return statx(AT_FDCWD, real, 0, STATX_BTIME, status) == 0 || errno == ENOSYS ||
           errno == EPERM || error_system(error, errno, real, NULL);
}

/* In nanoseconds since 1970. */
static void set_born(lua_State *L, const struct statx *status)
{
    if (status->stx_mask & STATX_BTIME)
        set_integer(L, "born",
                    (uint64_t)status->stx_btime.tv_sec * NANOSECONDS + status->stx_btime.tv_nsec);
}

/*
 * core.identify(path) -> { path = resolved, device=, inode=, fsid=, born= } | nil, error, errno. Within this boot device
 * and inode together tell one file from any other; from one boot to the next fsid, not device, stays.
 */
static int flushing_identify(lua_State *L)
{
    char real[PATH_MAX];
    struct hot_target target;
    struct statx birth;
    struct error error;
    const char *path = argument_word(L, NULL, "identify", 1, "path");
    bool found = realpath(path, real) ? hot_identify(&target, real, &error)
                                      : error_system(&error, errno, path, NULL);
    if (!found || !look_at_birth(real, &birth, &error)) {
        lua_pushnil(L);
        errors_push(L, &error, 0);
        lua_getfield(L, -1, "errno");
        return 3;
    }
    lua_createtable(L, 0, 5);
    lua_pushstring(L, real);
    lua_setfield(L, -2, "path");
    set_born(L, &birth);
    set_integer(L, "device", target.status.st_dev);
    set_integer(L, "inode", target.ino);
    set_integer(L, "fsid", target.fsid);
    return 1;
}

void flushing_register_methods(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"flush", flushing_flush},
        {"save", flushing_save},
        {NULL, NULL},
    };
    luaL_setfuncs(L, methods, 0);
}

void flushing_register(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"flush", flushing_flush_list},  {"duplicate", flushing_duplicate},
        {"recover", flushing_recover},   {"records", flushing_records},
        {"record", flushing_record},     {"forget", flushing_forget},
        {"identify", flushing_identify}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
