/*
 * search: find patterns in memory.
 *
 * Both functions look at data[from, to) only, and a match lies wholly inside it. The pattern has at least
 * one byte. They read plain memory: the caller answers for the mapping and asks image_intact afterwards.
 */
#ifndef SUTURE_SEARCH_H
#define SUTURE_SEARCH_H

#include "pattern.h"

/* The offset of the first match; false when there is none. from <= to. */
bool search_forward(const struct pattern *pattern, const unsigned char *data, uint64_t from,
                    uint64_t to, uint64_t *off);

/* The offset of the last match; false when there is none. from <= to. */
bool search_backward(const struct pattern *pattern, const unsigned char *data, uint64_t from,
                     uint64_t to, uint64_t *off);

#endif
