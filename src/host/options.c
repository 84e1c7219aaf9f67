/* options: words of the command line to what they ask for. */
#include "options.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "usage: suture VERB ...              (suture help lists the verbs)\n"
                            "       suture [options] [script [args]]\n"
                            "  -e code    execute code\n"
                            "  -i         enter interactive mode after executing script\n"
                            "  -l mod     require module mod into global mod\n"
                            "  -l g=mod   require module mod into global g\n"
                            "  -v         show the version\n"
                            "  -E         ignore environment variables\n"
                            "  -W         turn warnings on\n"
                            "  --         stop handling options\n"
                            "  -          stop handling options and execute stdin\n";

static bool takes_value(char letter)
{
    return letter == 'e' || letter == 'l';
}

static bool is_flag(const char *word)
{
    return word[1] != '\0' && word[2] == '\0' && strchr("ivEW", word[1]) != NULL;
}

static void note_flag(struct options *options, char letter)
{
    options->interactive |= letter == 'i';
    options->version |= letter == 'v' || letter == 'i';
    options->ignore_environment |= letter == 'E';
}

/* The value sticks to its letter or is the next word, which must not look like an option. */
static bool has_value(int argc, char **argv, int index)
{
    return argv[index][2] != '\0' || (index + 1 < argc && argv[index + 1][0] != '-');
}

struct options options_parse(int argc, char **argv)
{
    struct options options = {.script = argc};
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--") == 0)
            break;
        if (is_flag(word)) {
            note_flag(&options, word[1]);
        } else if (takes_value(word[1]) && has_value(argc, argv, i)) {
            options.executes |= word[1] == 'e';
            i += word[2] == '\0';
        } else {
            options.bad = i;
            return options;
        }
    }
    options.end = i;
    options.script = i < argc && strcmp(argv[i], "--") == 0 ? i + 1 : i;
    return options;
}

bool options_next(const struct options *options, char **argv, int *index, struct option_word *word)
{
    while (*index < options->end) {
        const char *text = argv[(*index)++];
        *word = (struct option_word){.letter = text[1]};
        if (takes_value(text[1])) {
            word->value = text[2] != '\0' ? text + 2 : argv[(*index)++];
            return true;
        }
        if (text[1] == 'W')
            return true;
    }
    return false;
}

void options_complain(const struct options *options, char **argv)
{
    const char *word = argv[options->bad];
    if (takes_value(word[1]))
        fprintf(stderr, "suture: '%s' needs argument\n", word);
    else
        fprintf(stderr, "suture: unrecognized option '%s'\n", word);
    fputs(usage, stderr);
}
