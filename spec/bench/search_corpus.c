/* search_corpus: see search_corpus.h. */
#include "search_corpus.h"

#include <fts.h>
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Appends a file if it is an ELF file. */
static void append(struct corpus *corpus, size_t room, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(corpus->data + corpus->len, 1, room - corpus->len, file) : 0;
    if (got > 4 && memcmp(corpus->data + corpus->len,
                          "\x7f"
                          "ELF",
                          4) == 0)
        corpus->len += got;
    if (file)
        fclose(file);
}

static void append_folders(struct corpus *corpus, size_t room)
{
    char *folders[] = {"/usr/bin", "/usr/lib", NULL};
    FTS *walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    for (FTSENT *entry; walk && corpus->len < room && (entry = fts_read(walk));)
        if (entry->fts_info == FTS_F)
            append(corpus, room, entry->fts_path);
    if (walk)
        fts_close(walk);
}

static void repeat(struct corpus *corpus, size_t room)
{
    while (corpus->len && corpus->len < room) {
        size_t part = corpus->len < room - corpus->len ? corpus->len : room - corpus->len;
        memcpy(corpus->data + corpus->len, corpus->data, part);
        corpus->len += part;
    }
}

struct corpus corpus_load(size_t len)
{
    void *room =
        mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct corpus corpus = {.data = room};
    if (room == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    append_folders(&corpus, len);
    repeat(&corpus, len);
    if (!corpus.len) {
        fputs("no ELF files in /usr/bin or /usr/lib\n", stderr);
        exit(1);
    }
    return corpus;
}

double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static __attribute__((target("avx2"))) uint64_t sum_avx2(const unsigned char *data, size_t len)
{
    __m256i sums[4] = {{0}};
    uint64_t parts[4];
    for (size_t at = 0; at + 128 <= len; at += 128)
        for (size_t i = 0; i < 4; i++)
            sums[i] =
                _mm256_add_epi64(sums[i], _mm256_loadu_si256((const void *)(data + at + 32 * i)));
    __m256i all =
        _mm256_add_epi64(_mm256_add_epi64(sums[0], sums[1]), _mm256_add_epi64(sums[2], sums[3]));
    memcpy(parts, &all, sizeof parts);
    return parts[0] + parts[1] + parts[2] + parts[3];
}

static uint64_t sum_words(const unsigned char *data, size_t len)
{
    uint64_t sums[4] = {0}, words[4];
    for (size_t at = 0; at + sizeof words <= len; at += sizeof words) {
        memcpy(words, data + at, sizeof words);
        for (size_t i = 0; i < 4; i++)
            sums[i] += words[i];
    }
    return sums[0] + sums[1] + sums[2] + sums[3];
}

uint64_t corpus_sum(const struct corpus *corpus)
{
    return __builtin_cpu_supports("avx2") ? sum_avx2(corpus->data, corpus->len)
                                          : sum_words(corpus->data, corpus->len);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void corpus_spell(char *text, const struct pattern *pattern)
{
    for (size_t i = 0; i < pattern->len; i++) {
        unsigned value = pattern->value[i], mask = pattern_mask(pattern, i);
        if (mask == 0xff)
            text += sprintf(text, "\\x%02x", value);
        else if (mask == 0xf0)
            text += sprintf(text, "[\\x%02x-\\x%02x]", value, value | 0xf);
        else if (!mask)
            text += sprintf(text, ".");
        else {
            text += sprintf(text, "[");
            for (unsigned high = 0; high < 16; high++)
                text += sprintf(text, "\\x%02x", high << 4 | value);
            text += sprintf(text, "]");
        }
    }
}

double median(double *figures)
{
    qsort(figures, ROUNDS, sizeof *figures, by_value);
    return figures[ROUNDS / 2];
}

void table_head(const char *bench)
{
    printf("%-7s | %-30s | %-18s | %-18s | %8s | %8s | %6s | %s\n", bench, "work", "ours", "peer",
           "ours ms", "peer ms", "ratio", "goal");
}

void table_row(const char *bench, const char *work, const char *ours, const char *peer,
               double ours_ms, double peer_ms, double ratio, double goal)
{
    printf("%-7s | %-30s | %-18s | %-18s | %8.1f | %8.1f | %6.2f | ", "", work, ours, peer, ours_ms,
           peer_ms, ratio);
    if (goal > 0)
        printf("%.2f %s\n", goal, ratio <= goal ? "reached" : "MISSED");
    else
        puts("-");
    printf("#\t%s\t%s\t%s\t%s\t%.4f\t%.2f\n", bench, work, ours, peer, ratio, goal);
}
