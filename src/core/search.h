/*
 * search: find a pattern in memory.
 *
 * All functions look at data[from, to) only, and a match lies wholly inside it; matches may overlap. The
 * pattern has at least one byte. They read plain memory: the caller answers for the mapping and asks
 * image_intact afterwards.
 *
 * A search takes the time of reading the memory: the two rarest bytes of the pattern are compared at many
 * positions at once (lanes.h), and the rest where these agree. A long pattern of one byte over and over,
 * such as a gap of zeros, is looked for by its far end instead, which passes over most of the memory.
 */
#ifndef SUTURE_SEARCH_H
#define SUTURE_SEARCH_H

#include "lanes.h"
#include "pattern.h"

/* Made by search_prepare; it points into the pattern's bytes, which must outlive it. */
struct search {
    struct pattern pattern;
    const struct lanes *lanes;
    struct probes probes;
    bool is_complete; /* a position at which all probes agree is a match */
    bool is_run;      /* all bytes of the pattern are the same, and it is long, or wholly wild */
};

/* Prepares for data of which nothing is known. */
void search_prepare(struct search *search, const struct pattern *pattern);

/* Chooses by what is rare in data[0, len); worth it from some MiB on. Answers stay the same. */
void search_tune(struct search *search, const unsigned char *data, uint64_t len);

/*
 * Puts the offsets of up to `room` matches into offs, ascending, and gives their number. Where that is
 * room, *next is the `from` with which to go on; otherwise there are no more. from <= to, room >= 1.
 */
size_t search_fill(const struct search *search, const unsigned char *data, uint64_t from,
                   uint64_t to, uint64_t *offs, size_t room, uint64_t *next);

/* How many matches there are. from <= to. */
uint64_t search_count(const struct search *search, const unsigned char *data, uint64_t from,
                      uint64_t to);

/* The offset of the last match; false when there is none. from <= to. */
bool search_last(const struct search *search, const unsigned char *data, uint64_t from, uint64_t to,
                 uint64_t *off);

#endif
