/*
 * options: the command line that lua has.
 *
 *   suture [OPTIONS] [SCRIPT [ARGS]]
 *   -e CODE   run CODE               -i   a line loop after SCRIPT     -v   print the version
 *   -l MODULE require MODULE         -l NAME=MODULE, into global NAME  -W   warnings on
 *   -E        ignore the environment --   end of the options           -    SCRIPT is stdin
 */
#ifndef SUTURE_OPTIONS_H
#define SUTURE_OPTIONS_H

#include <stdbool.h>

/*
 * script       index of SCRIPT in argv; argc when there is none
 * end          index of the first word that is no option; options_next stops there
 * bad          index of the option that is wrong, 0 when all are right
 * interactive, version, ignore_environment, executes: -i, -v, -E and -e were there (-i implies -v)
 */
struct options {
    int script;
    int end;
    int bad;
    bool interactive;
    bool version;
    bool ignore_environment;
    bool executes;
};

/* One option and its value, which is NULL for those that take none. */
struct option_word {
    char letter;
    const char *value;
};

/* Reads the words of a command line. With bad set, the rest of the result means nothing. */
struct options options_parse(int argc, char **argv);

/*
 * The options that act in their order: e, l and W. Start with *index = 1; returns false after the
 * last one. Only for words that options_parse found right.
 */
bool options_next(const struct options *options, char **argv, int *index, struct option_word *word);

/* Prints what is wrong with argv[options->bad], and the usage, to stderr. */
void options_complain(const struct options *options, char **argv);

#endif
