/*
 * history: page images, back to a savepoint and forward again.
 *
 * Each savepoint has a layer: what pages held that were first written after it was made. What the pages
 * held at a savepoint is found in its own layer or else in the first layer above it that has them; a page
 * that none has was not written since. Going back empties the layer and leaves a step, with which redo
 * goes forward again.
 *
 * Invariants:
 *   1. Layers are in the order in which they were made, ids ascending; an id is never used twice.
 *   2. A page is kept in the top layer before it is written for the first time after the top savepoint,
 *      as far as it begins before the layer's `reach`: what lies behind belonged to no savepoint.
 *   3. A page that is kept without bytes was clean: it held its pre-image.
 *   4. Steps are those of rollbacks that nothing was written after, the last one on top.
 */
#ifndef SUTURE_HISTORY_H
#define SUTURE_HISTORY_H

#include "guards.h"
#include "layout.h"
#include "pages.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is not in pages: it is kept and brought back with them. */
struct form {
    uint64_t size;
    uint64_t state;  /* of the image */
    bool has_layout; /* otherwise the layout is the same before and after */
    struct layout layout;
};

struct layer {
    uint64_t id;
    uint64_t
        reach; /* the furthest end of the image at this savepoint and those below, counted as pages are */
    struct form form;
    struct pages pages;
};

struct step {
    struct form form;
    struct pages after; /* what pages held before the rollback, which redo brings back */
    struct pages
        before; /* pre-images of those that the rollback made clean; NULL: the page holds it */
    struct guards guards; /* those that the rollback forgot */
};

struct history {
    struct layer *layers;
    size_t count;
    size_t room;
    uint64_t last_id;
    struct step *steps;
    size_t step_count;
    size_t step_room;
};

/*
 * Puts a layer on top, for an image of that size and state; `end` is where it ends, counted from the
 * beginning of page 0. Its id, or 0 when memory runs out.
 */
uint64_t history_push(struct history *history, uint64_t size, uint64_t end, uint64_t state);

/* The top layer, or NULL. */
struct layer *history_top(const struct history *history);

/* The layer of that id, or NULL when there is none any more. */
struct layer *history_find(const struct history *history, uint64_t id);

/* Whether the top layer wants to keep that page before it is written. */
bool history_wants(const struct history *history, uint64_t number);

/* Keeps a page, which the top layer wants; NULL where it is clean. False when memory runs out. */
bool history_keep(struct history *history, uint64_t number, const unsigned char *page);

/* Keeps the layout in the top layer, if there is one and it has none. False when memory runs out. */
bool history_keep_layout(struct history *history, const struct layout *layout);

/*
 * Drops a savepoint; what its layer holds goes to the one below, where that does not have it. False when
 * memory runs out; nothing has changed then.
 */
bool history_release(struct history *history, struct layer *layer);

/* Drops the layers above that one. */
void history_drop_above(struct history *history, const struct layer *layer);

/* Drops all layers; the steps stay. */
void history_drop_layers(struct history *history);

/* Adds a step, which becomes the history's. False when memory runs out; the step is still the caller's. */
bool history_add_step(struct history *history, const struct step *step);

/* The step that redo takes next, or NULL. */
struct step *history_last_step(const struct history *history);

/* Drops the step that redo took. */
void history_drop_step(struct history *history);

/* Drops all steps. */
void history_forget_steps(struct history *history);

/* Drops everything; ids go on. */
void history_clear(struct history *history);

/* Frees what a step holds. */
void step_clear(struct step *step);

#endif
