/*
 * savepoint: back to a point and forward again.
 *
 * A savepoint costs one copy of each page that is first written after it. Going back brings those copies,
 * the size and the layout back; what was there goes into a step (history.h), with which redo goes forward.
 *
 *   1. Going back to a savepoint ends those that were made after it; it is good for going back again.
 *   2. Going back to before the first write ends all. So does a flush, with all steps of redo.
 *   3. Redo takes back the last rollback that nothing was written after, then the one before.
 *      A rollback that changes nothing is none.
 *   4. Where there is no memory for a step, the rollback is done all the same, and cannot be redone.
 */
#ifndef SUTURE_SAVEPOINT_H
#define SUTURE_SAVEPOINT_H

#include "image.h"

#include <stdbool.h>
#include <stdint.h>

/* Makes a savepoint; *id names it and is never 0. Errors: `readonly`, `unsupported` (shared mode), `limit`. */
bool image_savepoint(struct image *image, uint64_t *id, struct error *error);

/* Whether that savepoint has not ended. */
bool image_has_savepoint(const struct image *image, uint64_t id);

/*
 * Goes back to a savepoint that has not ended. Errors: `readonly`; `truncated`, `io`: what was pending is
 * lost, and only image_rollback helps.
 */
bool image_rollback_to(struct image *image, uint64_t id, struct error *error);

/*
 * Brings everything back to what it was before the first write, and forgets the guards. Works on a damaged
 * image too, which stays damaged, and cannot be redone then.
 */
void image_rollback(struct image *image);

/*
 * Takes the last rollback back; *redone tells whether there was one. Errors: `readonly`, `unsupported`,
 * `limit`, `truncated`, `io`; it can be tried again.
 */
bool image_redo(struct image *image, bool *redone, struct error *error);

/* Ends a savepoint that has not ended; what was written stays. Error: `limit`, the savepoint is as it was. */
bool image_release(struct image *image, uint64_t id, struct error *error);

#endif
