/*
 * scan: 10, 100 and 1000 signatures in one pass over 512 MiB of programs, against hyperscan and the time of
 * merely summing these bytes.
 *
 *   scan [MIB]
 *
 * The signatures are taken from the bytes themselves, as people take them: 8 to 24 bytes, of which about a
 * third are wild, and some half wild; one in four is changed so that it is, most likely, nowhere. They are
 * the same in every run over the same bytes. Ours and hyperscan must find the same number of matches.
 */
#include "scan.h"

#include "search_corpus.h"

#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1000, LEAST_LEN = 8, LONGEST = 24, PART = 1 << 20 };

static struct corpus corpus;
static struct pattern patterns[MOST];
static unsigned char values[MOST][LONGEST], masks[MOST][LONGEST];
static size_t pattern_count;
static const struct lanes *lanes;
static hs_database_t *database;
static hs_scratch_t *scratch;

/* Signatures */

static uint64_t next_random(void)
{
    static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return state >> 33;
}

/* Nobody makes a signature of padding or of a table. */
static int is_telling(const unsigned char *data, size_t len)
{
    unsigned char seen[256] = {0};
    size_t distinct = 0, zeros = 0;
    for (size_t i = 0; i < len; i++) {
        distinct += !seen[data[i]];
        seen[data[i]] = 1;
        zeros += !data[i];
    }
    return distinct >= 6 && zeros * 4 <= len;
}

static unsigned char random_mask(size_t i, size_t len)
{
    uint64_t kind = next_random() % 20;
    if (!i || i == len - 1 || kind > 6)
        return 0xff;
    return kind < 6 ? 0 : next_random() % 2 ? 0xf0 : 0x0f;
}

static void make_signature(size_t number)
{
    const unsigned char *from;
    size_t len = LEAST_LEN + next_random() % (LONGEST - LEAST_LEN + 1);
    do
        from = corpus.data + next_random() % (corpus.len - LONGEST);
    while (!is_telling(from, len));
    for (size_t i = 0; i < len; i++) {
        masks[number][i] = random_mask(i, len);
        values[number][i] = from[i] & masks[number][i];
    }
    if (next_random() % 4 == 0)
        values[number][len - 1] ^= 0x5a;
    patterns[number] = (struct pattern){values[number], masks[number], len};
}

static void compile(void)
{
    static char texts[MOST][LONGEST * 80];
    const char *list[MOST];
    unsigned flags[MOST], ids[MOST];
    hs_compile_error_t *error;
    for (size_t i = 0; i < pattern_count; i++) {
        corpus_spell(texts[i], &patterns[i]);
        list[i] = texts[i];
        flags[i] = HS_FLAG_DOTALL;
        ids[i] = (unsigned)i;
    }
    if (hs_compile_multi(list, flags, ids, (unsigned)pattern_count, HS_MODE_BLOCK, NULL, &database,
                         &error) != HS_SUCCESS ||
        hs_alloc_scratch(database, &scratch) != HS_SUCCESS) {
        fputs("hyperscan refuses the signatures\n", stderr);
        exit(1);
    }
}

/* Contenders */

static uint64_t run_ours(void)
{
    struct scan scan;
    struct hits hits = {0};
    if (!scan_make(&scan, patterns, pattern_count, corpus.data, corpus.len, lanes))
        exit(1);
    for (size_t at = 0; at < corpus.len; at += PART) {
        size_t count = corpus.len - at < PART ? corpus.len - at : PART;
        size_t len = corpus.len - at < PART + LONGEST - 1 ? corpus.len - at : PART + LONGEST - 1;
        if (!scan_add(&scan, corpus.data + at, count, len, at, &hits))
            exit(1);
    }
    uint64_t count = hits.count;
    hits_free(&hits);
    scan_free(&scan);
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

static double seconds_of(uint64_t (*run)(void), uint64_t *count)
{
    double start = clock_now();
    *count = run();
    return clock_now() - start;
}

static uint64_t run_sum(void)
{
    return corpus_sum(&corpus);
}

/* Comparing */

struct times {
    double sum[ROUNDS], peer[ROUNDS], ours[LANES_PATHS][ROUNDS];
};

static void run_round(struct times *times, int round)
{
    uint64_t sum, wanted, count;
    times->sum[round] = seconds_of(run_sum, &sum);
    times->peer[round] = seconds_of(run_hyperscan, &wanted);
    for (int path = 0; path < LANES_PATHS; path++) {
        lanes = lanes_of((enum lanes_path)path);
        if (!lanes)
            continue;
        times->ours[path][round] = seconds_of(run_ours, &count);
        if (count != wanted) {
            fprintf(stderr, "ours finds %llu matches, hyperscan %llu\n", (unsigned long long)count,
                    (unsigned long long)wanted);
            exit(1);
        }
    }
    if (!round)
        printf("%zu signatures: %llu matches\n", pattern_count, (unsigned long long)wanted);
}

static void print_row(const char *work, const char *ours, const char *peer, const double *a,
                      const double *b, double goal)
{
    double ratio[ROUNDS], a_sorted[ROUNDS], b_sorted[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        ratio[round] = a[round] / b[round];
        a_sorted[round] = a[round];
        b_sorted[round] = b[round];
    }
    table_row("scan", work, ours, peer, 1000 * median(a_sorted), 1000 * median(b_sorted),
              median(ratio), goal);
}

static void compare(size_t count, double goal)
{
    static const char *const names[LANES_PATHS] = {"portable", "sse2", "avx2"};
    struct times times;
    char work[32];
    pattern_count = count;
    compile();
    for (int round = 0; round < ROUNDS; round++)
        run_round(&times, round);
    snprintf(work, sizeof work, "%zu signatures", count);
    for (int path = LANES_PATHS - 1; path >= 0; path--)
        if (lanes_of((enum lanes_path)path) && path != LANES_SSE2)
            print_row(work, names[path], "hyperscan", times.ours[path], times.peer,
                      path == LANES_AVX2 ? goal : 0);
    print_row(work, lanes_of(LANES_AVX2) ? "avx2" : "portable", "sum",
              times.ours[lanes_of(LANES_AVX2) ? LANES_AVX2 : LANES_PORTABLE], times.sum, 0);
    print_row(work, "hyperscan", "sum", times.peer, times.sum, 0);
    hs_free_scratch(scratch);
    hs_free_database(database);
    scratch = NULL;
}

int main(int count, char **arguments)
{
    size_t mib = count > 1 ? strtoul(arguments[1], NULL, 10) : 512;
    corpus = corpus_load(mib << 20);
    for (size_t i = 0; i < MOST; i++)
        make_signature(i);
    table_head("scan");
    compare(10, 0.6);
    compare(100, 0.5);
    compare(1000, 0.8);
    return 0;
}
