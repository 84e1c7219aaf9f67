/*
 * search_corpus: what the benches of searching share: the bytes, the clock, the limit, the table.
 *
 * The bytes are those of the machine's own programs and libraries, in the order of their names, over and
 * over until there are enough. Figures are ratios of two times that were taken one right after the other,
 * and the median of these over the rounds: other users of the machine disturb both alike.
 */
#ifndef SUTURE_BENCH_SEARCH_CORPUS_H
#define SUTURE_BENCH_SEARCH_CORPUS_H

#include "pattern.h"

#include <stddef.h>
#include <stdint.h>

enum { ROUNDS = 7 };

struct corpus {
    unsigned char *data;
    size_t len;
};

/* So many bytes of ELF files. Ends the program where it finds none. */
struct corpus corpus_load(size_t len);

/* Seconds of this thread's own work: nothing here waits, and others may use the processor too. */
double clock_now(void);

/* Reads every byte and does next to nothing with it: the physical limit. */
uint64_t corpus_sum(const struct corpus *corpus);

/*
 * Writes the pattern as a regular expression, in which a half that is fixed is a class, and a NUL: up to 80
 * characters for each of its bytes.
 */
void corpus_spell(char *text, const struct pattern *pattern);

/* The median of ROUNDS figures, which it puts in order. */
double median(double *figures);

/* A row of the table, and the same for machines, with tabs. A goal of 0 stands for none. */
void table_head(const char *bench);
void table_row(const char *bench, const char *work, const char *ours, const char *peer,
               double ours_ms, double peer_ms, double ratio, double goal);

#endif
