/*
 * readline: readline's variables and functions by dlsym, and its hooks as calls of Lua functions.
 *
 * Readline leaves its functions by longjmp (Ctrl-G, a read that fails inside a key sequence). No frame of Lua is ever
 * below such a jump: Lua is called by the hooks in protected mode and returns before readline goes on, and it calls
 * nothing of readline.
 *
 * Its hooks have no argument for a context, so what they need is static here.
 */
#include "readline.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lauxlib.h>

#include "failure.h"
#include "interrupt.h"
#include "keys.h"

#define LIBRARY "libreadline.so.8"
#define PACKAGE "libreadline8"

/* What readline takes from a getc that has failed: the line is over, wherever it is read. */
#define READ_ERROR (-2)

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define CALLBACK_ARGUMENTS 5

typedef int command(int count, int key);

/* Readline's own names, without rl_. */
static struct {
    char *(*readline)(const char *);
    int (*initialize)(void);
    void (*add_history)(const char *);
    void *(*get_keymap_by_name)(const char *);
    command *(*function_of_keyseq)(const char *, void *, int *);
    int (*bind_keyseq_in_map)(const char *, command *, void *);
    char *(*variable_value)(const char *);
    int (*variable_bind)(const char *, const char *);
    void *(*get_keymap)(void);
    command *vi_insertion_mode;
    int (*insert_text)(const char *);
    int (*forced_update_display)(void);
    void (*resize_terminal)(void);
    void (*redisplay)(void);
    command *newline, *get_previous_history, *get_next_history;
    command *beg_of_line, *end_of_line, *clear_screen;
    const char **readline_name, **basic_quote_characters, **completer_word_break_characters;
    char **line_buffer, **display_prompt;
    int *point, *end, *catch_signals, *catch_sigwinch, *change_environment;
    int *attempted_completion_over, *completion_append_character;
    int (**startup_hook)(void);
    void (**redisplay_function)(void);
    int (**getc_function)(FILE *);
    void (**prep_term_function)(int);
    void (**deprep_term_function)(void);
    char *(**completion_word_break_hook)(void);
    char **(**attempted_completion_function)(const char *, int, int);
    void (**completion_display_matches_hook)(char **, int, int);
} rl;

static const struct {
    const char *name;
    void *slot;
} symbols[] = {
    {"readline", &rl.readline},
    {"rl_initialize", &rl.initialize},
    {"add_history", &rl.add_history},
    {"rl_get_keymap_by_name", &rl.get_keymap_by_name},
    {"rl_function_of_keyseq", &rl.function_of_keyseq},
    {"rl_bind_keyseq_in_map", &rl.bind_keyseq_in_map},
    {"rl_variable_value", &rl.variable_value},
    {"rl_variable_bind", &rl.variable_bind},
    {"rl_get_keymap", &rl.get_keymap},
    {"rl_vi_insertion_mode", &rl.vi_insertion_mode},
    {"rl_insert_text", &rl.insert_text},
    {"rl_forced_update_display", &rl.forced_update_display},
    {"rl_resize_terminal", &rl.resize_terminal},
    {"rl_redisplay", &rl.redisplay},
    {"rl_newline", &rl.newline},
    {"rl_get_previous_history", &rl.get_previous_history},
    {"rl_get_next_history", &rl.get_next_history},
    {"rl_beg_of_line", &rl.beg_of_line},
    {"rl_end_of_line", &rl.end_of_line},
    {"rl_clear_screen", &rl.clear_screen},
    {"rl_readline_name", &rl.readline_name},
    {"rl_basic_quote_characters", &rl.basic_quote_characters},
    {"rl_completer_word_break_characters", &rl.completer_word_break_characters},
    {"rl_line_buffer", &rl.line_buffer},
    {"rl_display_prompt", &rl.display_prompt},
    {"rl_point", &rl.point},
    {"rl_end", &rl.end},
    {"rl_catch_signals", &rl.catch_signals},
    {"rl_catch_sigwinch", &rl.catch_sigwinch},
    {"rl_change_environment", &rl.change_environment},
    {"rl_attempted_completion_over", &rl.attempted_completion_over},
    {"rl_completion_append_character", &rl.completion_append_character},
    {"rl_startup_hook", &rl.startup_hook},
    {"rl_redisplay_function", &rl.redisplay_function},
    {"rl_getc_function", &rl.getc_function},
    {"rl_prep_term_function", &rl.prep_term_function},
    {"rl_deprep_term_function", &rl.deprep_term_function},
    {"rl_completion_word_break_hook", &rl.completion_word_break_hook},
    {"rl_attempted_completion_function", &rl.attempted_completion_function},
    {"rl_completion_display_matches_hook", &rl.completion_display_matches_hook},
};

static struct {
    lua_State *L; /* during a read */
    struct keys keys;
    char *line;
    bool loaded;
    bool open;
    bool painted;
    bool pastes; /* bracketed paste is wanted */
    bool interrupted;
} editor;

/* Keys of the registry. */
static const char CALLBACKS, COMPLAINT;

/* Calls of Lua ------------------------------------------------------------- */

/* The arguments and the call itself, in protected mode. Gets the name of the callback. */
static int call_callback(lua_State *L)
{
    struct winsize window = {0};
    const char *name = lua_touserdata(L, 1);
    const char *prompt = *rl.display_prompt;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &CALLBACKS);
    if (lua_getfield(L, -1, name) == LUA_TNIL)
        return 1;
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
    lua_pushstring(L, *rl.line_buffer);
    lua_pushinteger(L, *rl.point);
    lua_pushstring(L, prompt != NULL ? prompt : "");
    lua_pushinteger(L, window.ws_col > 0 ? window.ws_col : 80);
    lua_pushinteger(L, window.ws_row > 0 ? window.ws_row : 24);
    lua_call(L, CALLBACK_ARGUMENTS, 1);
    return 1;
}

/* Pushes what the callback returns, nil when it raises. False, and nothing pushed, without room. */
static bool push_answer(const char *name)
{
    lua_State *L = editor.L;
    if (!lua_checkstack(L, LUA_MINSTACK))
        return false;
    lua_pushcfunction(L, call_callback);
    lua_pushlightuserdata(L, (void *)name);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_rawsetp(L, LUA_REGISTRYINDEX, &COMPLAINT);
        lua_pushnil(L);
    }
    return true;
}

static lua_Integer answer_integer(const char *name, lua_Integer otherwise)
{
    if (!push_answer(name))
        return otherwise;
    lua_Integer result = lua_isinteger(editor.L, -1) ? lua_tointeger(editor.L, -1) : otherwise;
    lua_pop(editor.L, 1);
    return result;
}

/* Writes what a callback returns. False when that is no text. */
static bool emit(const char *name)
{
    size_t len;
    if (!push_answer(name))
        return false;
    const char *text =
        lua_type(editor.L, -1) == LUA_TSTRING ? lua_tolstring(editor.L, -1, &len) : NULL;
    if (text != NULL) {
        fwrite(text, 1, len, stdout);
        fflush(stdout);
    }
    lua_pop(editor.L, 1);
    return text != NULL;
}

/* The painting ------------------------------------------------------------- */

/*
 * While more is typed than is painted, the painting waits for the last key. One that fails is not asked again before
 * the next chunk.
 */
static void paint(void)
{
    if (editor.interrupted || keys_waiting(STDIN_FILENO) || emit("paint"))
        return;
    *rl.redisplay_function = rl.redisplay;
    rl.forced_update_display();
}

static void begin(void)
{
    if (editor.pastes)
        fputs(PASTE_ON, stdout);
    if (editor.painted) {
        *rl.redisplay_function = paint;
        emit("begin");
    }
    fflush(stdout);
}

static void finish(void)
{
    if (editor.painted && !editor.interrupted)
        emit("finish");
    if (editor.pastes)
        fputs(PASTE_OFF, stdout);
    fflush(stdout);
}

/* Keys --------------------------------------------------------------------- */

static void interrupt_line(void)
{
    if (editor.painted)
        emit("interrupt");
    else
        fputs("^C\r\n", stdout);
    editor.interrupted = true;
}

/* The signal finds the terminal as it was; then the line goes on. */
static void yield_to(int number)
{
    finish();
    (*rl.deprep_term_function)();
    keys_deliver(number);
    (*rl.prep_term_function)(1);
    begin();
    rl.forced_update_display();
}

static void meet_signal(int number)
{
    if (number == SIGINT)
        interrupt_line();
    else if (number == SIGWINCH)
        rl.resize_terminal();
    else
        yield_to(number);
}

static int next_key(FILE *stream)
{
    unsigned char byte;
    while (!editor.interrupted) {
        int what = keys_next(&editor.keys, fileno(stream), &byte);
        if (what == KEYS_BYTE)
            return byte;
        if (what == KEYS_END)
            return EOF;
        meet_signal(what);
    }
    return READ_ERROR;
}

/* In vi's command mode the cursor stands on the last character, and what is typed next is no command. */
static void insert_newline(void)
{
    if (rl.get_keymap() == rl.get_keymap_by_name("vi-command")) {
        *rl.point = *rl.end;
        rl.vi_insertion_mode(1, 0);
    }
    rl.insert_text("\n");
}

static bool goes_on(void)
{
    if (!editor.painted || !push_answer("is_complete"))
        return false;
    bool is_unfinished = lua_isboolean(editor.L, -1) && !lua_toboolean(editor.L, -1);
    lua_pop(editor.L, 1);
    return is_unfinished;
}

static int on_enter(int count, int key)
{
    if (!goes_on())
        return rl.newline(count, key);
    insert_newline();
    return 0;
}

/* Lets the callback move the cursor; where it does not, readline's command acts. */
static int move(const char *name, command *otherwise, int count, int key)
{
    lua_Integer point = editor.painted ? answer_integer(name, -1) : -1;
    if (point < 0 || (size_t)point > strlen(*rl.line_buffer))
        return otherwise(count, key);
    *rl.point = (int)point;
    return 0;
}

static int on_up(int count, int key)
{
    return move("up", rl.get_previous_history, count, key);
}

static int on_down(int count, int key)
{
    return move("down", rl.get_next_history, count, key);
}

static int on_home(int count, int key)
{
    return move("line_start", rl.beg_of_line, count, key);
}

static int on_end(int count, int key)
{
    return move("line_end", rl.end_of_line, count, key);
}

static int on_clear(int count, int key)
{
    if (!editor.painted)
        return rl.clear_screen(count, key);
    emit("clear");
    return 0;
}

/* Binds a key to ours where it has readline's command: the user's own choice stays. */
static void take_key(const char *keys, command *theirs, command *ours)
{
    static const char *const maps[] = {"emacs", "vi-insert", "vi-command"};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        void *map = rl.get_keymap_by_name(maps[i]);
        if (rl.function_of_keyseq(keys, map, NULL) == theirs)
            rl.bind_keyseq_in_map(keys, ours, map);
    }
}

static void take_keys(command *theirs, command *ours, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        take_key(*keys, theirs, ours);
}

static void bind_keys(void)
{
    static const char *const enter[] = {"\r", "\n", NULL};
    static const char *const up[] = {"\033[A", "\033OA", "\020", "k", "-", NULL};
    static const char *const down[] = {"\033[B", "\033OB", "\016", "j", "+", NULL};
    static const char *const home[] = {"\033[H", "\033OH", "\033[1~", "\001", NULL};
    static const char *const end[] = {"\033[F", "\033OF", "\033[4~", "\005", NULL};
    static const char *const clear[] = {"\014", NULL};
    take_keys(rl.newline, on_enter, enter);
    take_keys(rl.get_previous_history, on_up, up);
    take_keys(rl.get_next_history, on_down, down);
    take_keys(rl.beg_of_line, on_home, home);
    take_keys(rl.end_of_line, on_end, end);
    take_keys(rl.clear_screen, on_clear, clear);
}

/* Completion --------------------------------------------------------------- */

/*
 * Readline looks for the start of the word by a set of characters. The one before the start that the callback tells
 * is the whole set, and no quote means anything.
 */
static char *break_before_word(void)
{
    static char before[2];
    lua_Integer start = answer_integer("complete", -1);
    bool is_inside = start > 0 && start <= *rl.point;
    before[0] = '\0';
    if (is_inside)
        before[0] = (*rl.line_buffer)[start - 1];
    return before;
}

/* The list on top as readline wants it: malloced strings, closed by NULL; NULL without one. */
static char **copy_list(lua_State *L)
{
    size_t count = lua_rawlen(L, -1), filled = 0;
    char **list = count > 0 ? calloc(count + 1, sizeof *list) : NULL;
    while (list != NULL && filled < count) {
        bool is_text = lua_rawgeti(L, -1, (lua_Integer)filled + 1) == LUA_TSTRING;
        list[filled] = is_text ? strdup(lua_tostring(L, -1)) : NULL;
        lua_pop(L, 1);
        if (list[filled++] == NULL)
            break;
    }
    return list;
}

static char **match_word(const char *word, int start, int end)
{
    char **list = NULL;
    (void)word, (void)start, (void)end;
    *rl.attempted_completion_over = 1;
    *rl.completion_append_character = '\0';
    if (push_answer("candidates")) {
        if (lua_istable(editor.L, -1))
            list = copy_list(editor.L);
        lua_pop(editor.L, 1);
    }
    return list;
}

static void show_matches(char **matches, int count, int longest)
{
    (void)matches, (void)count, (void)longest;
    emit("list");
}

/* The library -------------------------------------------------------------- */

static bool load_library(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library != NULL && i < sizeof symbols / sizeof symbols[0]; i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (symbol == NULL)
            return false;
        memcpy(symbols[i].slot, &symbol, sizeof symbol);
    }
    return library != NULL;
}

/*
 * Where the environment tells nothing of characters, or of bytes alone, they are UTF-8, as terminals have them. Readline
 * looks at the environment anew for each line.
 */
static int choose_characters(void)
{
    if (MB_CUR_MAX > 1)
        return 0;
    setlocale(LC_CTYPE, "C.UTF-8");
    rl.variable_bind("input-meta", "on");
    rl.variable_bind("output-meta", "on");
    rl.variable_bind("convert-meta", "off");
    return 0;
}

/* Readline would write a line break of its own at the end of the input when it asked for pastes by itself. */
static void take_pastes(void)
{
    const char *paste = rl.variable_value("enable-bracketed-paste");
    editor.pastes = paste != NULL && strcmp(paste, "on") == 0;
    rl.variable_bind("enable-bracketed-paste", "off");
}

static void configure(void)
{
    *rl.readline_name = "suture";
    *rl.catch_signals = 0;
    *rl.catch_sigwinch = 0;
    *rl.change_environment = 0;
    *rl.basic_quote_characters = "";
    *rl.getc_function = next_key;
    *rl.attempted_completion_function = match_word;
    *rl.completion_word_break_hook = break_before_word;
    *rl.startup_hook = choose_characters;
    rl.initialize();
    take_pastes();
    bind_keys();
}

static int editor_open(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!editor.loaded && !load_library()) {
        lua_pushnil(L);
        lua_pushliteral(L, LIBRARY " cannot be opened (Debian package " PACKAGE ")");
        return 2;
    }
    if (!editor.loaded)
        configure();
    editor.loaded = true;
    lua_settop(L, 1);
    editor.painted = lua_getfield(L, 1, "paint") != LUA_TNIL;
    *rl.redisplay_function = rl.redisplay;
    *rl.completion_display_matches_hook = editor.painted ? show_matches : NULL;
    lua_pushboolean(L, 0);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &COMPLAINT);
    lua_pushvalue(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &CALLBACKS);
    editor.open = true;
    lua_pushboolean(L, 1);
    return 1;
}

static void check_open(lua_State *L)
{
    if (!editor.open)
        failure_raise(L, "closed", "the line editor is not open");
}

static void read_line(lua_State *L, const char *prompt)
{
    editor.L = L;
    editor.interrupted = false;
    free(editor.line);
    begin();
    editor.line = rl.readline(prompt);
    finish();
    editor.L = NULL;
}

/* Pushes the complaint, and forgets it. */
static void push_complaint(lua_State *L)
{
    lua_pushboolean(L, 0);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &COMPLAINT);
    lua_insert(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &COMPLAINT);
    if (lua_isboolean(L, -1)) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
}

static int editor_read(lua_State *L)
{
    const char *prompt = luaL_checkstring(L, 1);
    check_open(L);
    if (editor.L != NULL)
        return failure_raise(L, "locked", "a line is being edited already");
    if (!keys_start(&editor.keys))
        return failure_raise(L, "io", strerror(errno));
    if (interrupt_is_pending()) {
        keys_stop(&editor.keys);
        return interrupt_raise(L); /* typed before the prompt was there */
    }
    read_line(L, prompt);
    interrupt_arm();
    keys_stop(&editor.keys);
    if (editor.interrupted)
        return failure_raise(L, "interrupted", "interrupted");
    lua_pushstring(L, editor.line);
    push_complaint(L);
    return 2;
}

static int editor_remember(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);
    check_open(L);
    rl.add_history(text);
    return 0;
}

static int editor_close(lua_State *L)
{
    editor.open = false;
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &CALLBACKS);
    return 0;
}

void readline_push(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"open", editor_open},   {"read", editor_read}, {"remember", editor_remember},
        {"close", editor_close}, {NULL, NULL},
    };
    luaL_newlib(L, functions);
}
