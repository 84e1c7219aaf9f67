/*
 * frame: how bytes travel between processes: a length of 4 bytes, little-endian, then the bytes.
 */
#ifndef SUTURE_FRAME_H
#define SUTURE_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#define FRAME_HEADER 4
#define FRAME_LIMIT ((size_t)1 << 30)

/* The length that a header tells; it may be above FRAME_LIMIT. */
size_t frame_length(const unsigned char *header);

/*
 * Writes one frame of len bytes, at most FRAME_LIMIT, to a blocking descriptor, over short writes
 * and interruptions. False with errno set when the descriptor fails; part of it may be written.
 */
bool frame_write(int fd, const char *data, size_t len);

/* Fills data from a blocking descriptor, over short reads and interruptions. False when it ends or fails before. */
bool frame_read(int fd, void *data, size_t len);

#endif
