/*
 * rarity: how common each byte value is.
 *
 * Whoever looks for a pattern looks for its rarest bytes first. A guess serves where the data is small or
 * not known yet; a sample of the data itself tells better, and costs about a millisecond.
 */
#ifndef SUTURE_RARITY_H
#define SUTURE_RARITY_H

#include <stddef.h>
#include <stdint.h>

/* How often each value occurs, in parts of about 65,536; never 0. */
struct rarity {
    uint32_t count[256];
};

/* What is usual in programs. */
void rarity_guess(struct rarity *rarity);

/* What is usual in data[0, len): 64 samples of 4 KiB, evenly spread; all of it where that is less. */
void rarity_sample(struct rarity *rarity, const unsigned char *data, uint64_t len);

/* How often a byte b occurs for which (b & mask) == value. */
uint32_t rarity_of(const struct rarity *rarity, unsigned char value, unsigned char mask);

/* How often two bytes stand next to each other, the first one low, in parts of about 2^32; never 0. */
struct rarity_pairs {
    uint32_t count[65536];
};

/* As if neighbours had nothing to do with each other. */
void rarity_guess_pairs(struct rarity_pairs *pairs, const struct rarity *rarity);

/* By 256 samples of 4 KiB, evenly spread; all of data[0, len) where that is less. */
void rarity_sample_pairs(struct rarity_pairs *pairs, const struct rarity *rarity,
                         const unsigned char *data, uint64_t len);

#endif
