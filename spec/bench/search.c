/*
 * search: one signature in 512 MiB of programs, over the time of merely summing these bytes.
 *
 *   search [MIB]
 *
 * Peers: memmem (where nothing is wild) and hyperscan. Every contender must give the same number of
 * matches, or the program ends with status 1.
 */
#include "search.h"

#include "search_corpus.h"

#include <hs/hs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct work {
    const char *text;
    double goal_avx2, goal_sse2; /* times summing */
};

static const struct work WORKS[] = {
    {"48 8b ?? ?? e8", 1.25, 1.4},
    {"4? 8b ?5 ?? ?? ?? 00 e8", 1.25, 1.4},
    {"7f 45 4c 46 02 01 01 00 00 00 00 00 00 00 00 00", 1.25, 1.4},
    {"de ad be ef 01 23 45 67 89 ab cd ef fe dc ba 98", 1.25, 1.4},
    {"00 00 ?? 00 00 01 ff 00", 1.25, 1.4},
    {"f3 0f 1e fa 55 48 89 e5", 1.25, 1.4},
    {"e8 ?? ?? ?? ??", 3.5, 3.5},
};

enum { WORK_COUNT = sizeof WORKS / sizeof *WORKS, LONGEST = 64 };

static struct corpus corpus;
static struct pattern pattern;
static const struct lanes *lanes;
static hs_database_t *database;
static hs_scratch_t *scratch;

static uint64_t run_sum(void)
{
    return corpus_sum(&corpus);
}

/* As b:matches does it: every offset is handed out. */
static uint64_t run_ours(void)
{
    static uint64_t offs[512];
    struct search search;
    uint64_t count = 0, from = 0;
    size_t got;
    search_prepare(&search, &pattern);
    search.lanes = lanes;
    search_tune(&search, corpus.data, corpus.len);
    do {
        got = search_fill(&search, corpus.data, from, corpus.len, offs, 512, &from);
        count += got;
    } while (got == 512);
    return count;
}

static uint64_t run_memmem(void)
{
    uint64_t count = 0;
    const unsigned char *at = corpus.data, *end = corpus.data + corpus.len;
    while ((at = memmem(at, (size_t)(end - at), pattern.value, pattern.len))) {
        count++;
        at++;
    }
    return count;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *context)
{
    (void)id, (void)from, (void)to, (void)flags;
    ++*(uint64_t *)context;
    return 0;
}

static uint64_t run_hyperscan(void)
{
    uint64_t count = 0;
    hs_scan(database, (const char *)corpus.data, (unsigned)corpus.len, 0, scratch, on_match,
            &count);
    return count;
}

static void compile(void)
{
    char text[LONGEST * 80];
    hs_compile_error_t *error;
    corpus_spell(text, &pattern);
    if (hs_compile(text, HS_FLAG_DOTALL, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS ||
        hs_alloc_scratch(database, &scratch) != HS_SUCCESS) {
        fprintf(stderr, "hyperscan refuses %s\n", text);
        exit(1);
    }
}

struct contender {
    const char *name;
    uint64_t (*run)(void);
    enum lanes_path path;
    double seconds[ROUNDS], ratio[ROUNDS];
};

/* Milliseconds and ratio to the sum that ran right before; the numbers of matches must agree. */
static void measure(struct contender *contender, int round, uint64_t *matches)
{
    lanes = lanes_of(contender->path);
    double start = clock_now();
    run_sum();
    double middle = clock_now();
    uint64_t count = contender->run();
    double end = clock_now();
    contender->seconds[round] = end - middle;
    contender->ratio[round] = (end - middle) / (middle - start);
    if (*matches == UINT64_MAX)
        *matches = count;
    if (count != *matches) {
        fprintf(stderr, "%s finds %llu matches instead of %llu\n", contender->name,
                (unsigned long long)count, (unsigned long long)*matches);
        exit(1);
    }
}

static void compare(const struct work *work)
{
    struct contender list[] = {
        {.name = "avx2", .run = run_ours, .path = LANES_AVX2},
        {.name = "sse2", .run = run_ours, .path = LANES_SSE2},
        {.name = "portable", .run = run_ours, .path = LANES_PORTABLE},
        {.name = "hyperscan", .run = run_hyperscan},
        {.name = "memmem", .run = run_memmem},
    };
    const double goals[] = {work->goal_avx2, work->goal_sse2, 0, 0, 0};
    const bool is_fixed = !strchr(work->text, '?');
    uint64_t matches = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < 4 + is_fixed; i++)
            if (i > 2 || lanes_of(list[i].path))
                measure(&list[i], round, &matches);
    printf("%s: %llu matches\n", work->text, (unsigned long long)matches);
    for (int i = 0; i < 4 + is_fixed; i++) {
        double ratio = median(list[i].ratio), ms = 1000 * median(list[i].seconds);
        table_row("search", work->text, list[i].name, "sum", ms, ms / ratio, ratio, goals[i]);
    }
}

int main(int count, char **arguments)
{
    size_t mib = count > 1 ? strtoul(arguments[1], NULL, 10) : 512;
    unsigned char value[LONGEST], mask[LONGEST];
    struct error error;
    corpus = corpus_load(mib << 20);
    table_head("search");
    for (int i = 0; i < WORK_COUNT; i++) {
        const char *text = WORKS[i].text;
        size_t len;
        if (!pattern_parse(text, strlen(text), PATTERN_WILD, value, mask, &len, &error))
            return 1;
        pattern = (struct pattern){value, mask, len};
        compile();
        compare(&WORKS[i]);
        hs_free_scratch(scratch);
        hs_free_database(database);
        scratch = NULL;
    }
    return 0;
}
