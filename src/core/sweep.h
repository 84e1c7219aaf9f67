/*
 * sweep: a search through an image, part by part.
 *
 * Offsets are those of the image. All functions look at [from, to), which lies in the image and is not
 * empty, and read it through a window (window.h); the caller asks image_current afterwards. Nothing is left
 * behind, and only sweep_scan needs memory that could be refused.
 */
#ifndef SUTURE_SWEEP_H
#define SUTURE_SWEEP_H

#include "image.h"
#include "pattern.h"
#include "scan.h"

/* As search_fill: up to `room` offsets of matches from *from on; where that many come, *from is moved on. */
size_t sweep_fill(const struct image *image, const struct pattern *pattern, uint64_t *from,
                  uint64_t to, uint64_t *offs, size_t room);

/* How many matches there are; the offset of the first one, if there is any, in *first. */
uint64_t sweep_count(const struct image *image, const struct pattern *pattern, uint64_t from,
                     uint64_t to, uint64_t *first);

/* The offset of the first match; false when there is none. */
bool sweep_first(const struct image *image, const struct pattern *pattern, uint64_t from,
                 uint64_t to, uint64_t *off);

/* The offset of the last match; false when there is none. */
bool sweep_last(const struct image *image, const struct pattern *pattern, uint64_t from,
                uint64_t to, uint64_t *off);

/* Adds the matches of many patterns, as scan_add. False when memory runs out; hits are to be freed then too. */
bool sweep_scan(const struct image *image, const struct pattern *patterns, size_t count,
                uint64_t from, uint64_t to, struct hits *hits);

#endif
