/*
 * member: one target of a flush, from the look at it to the moment before the decision.
 */
#ifndef SUTURE_MEMBER_H
#define SUTURE_MEMBER_H

#include "flush.h"
#include "folder.h"
#include "image.h"
#include "reserve.h"

#include <sys/stat.h>

struct member {
    struct image *image;
    uint32_t index; /* in the caller's order */
    bool changed;
    bool replaced;
    int fd;       /* place: can write to the target; replaced: the new file */
    int fresh_fd; /* replaced: the new file once more, O_RDONLY, locked as the target is */
    struct reserve reserve;  /* place: what was taken of the disk */
    uint64_t new_ino;        /* replaced */
    struct stat status;      /* of the target before the flush */
    struct folder folder;    /* that holds the target */
    char base[NAME_MAX + 1]; /* the target's name in it */
    uint64_t fsid;
    uint64_t ino; /* in the journal: of a device its number */
    struct image_after after;
};

/* An empty member, which member_end accepts. */
void member_begin(struct member *member, struct image *image, uint32_t index);

/*
 * Whether anything of the member changed, in member->changed; the image is whole and its file has its size.
 * Errors: `truncated`, `changed`, `io`, `unsupported` (not a patch image).
 */
bool member_look(struct member *member, const struct flush_options *options, struct error *error);

/*
 * Opens, locks, verifies, chooses the way, writes the replacement (durable but for its name). The target is not touched.
 * Errors: those of flush_images; what was made is removed by member_abandon.
 */
bool member_prepare(struct member *member, const struct flush_options *options,
                    struct error *error);

/*
 * Reserves space for what is written in place, which changes the target's times: for when all members are prepared.
 * Errors: `io`; what was reserved is given back by member_abandon.
 */
bool member_reserve(struct member *member, struct error *error);

/*
 * Makes ready what member_settle needs; member_prepare has done so. The member must not be moved any more. Errors:
 * `io`, `limit`.
 */
bool member_foresee(struct member *member, const struct flush_options *options,
                    struct error *error);

/* The flush is done: what the member's image holds is in its file. It cannot fail. */
void member_settle(struct member *member, const struct flush_options *options);

/* Whether the target has several names (hard links), so that it is marked with an attribute as well. */
bool member_has_names(const struct member *member);

/* Removes a replacement that has not been swapped in, and gives back what was reserved: nothing was written. */
void member_abandon(struct member *member);

/* Closes all; idempotent. */
void member_end(struct member *member);

/* The size of the target's file after the flush. */
uint64_t member_new_size(const struct member *member);

#endif
