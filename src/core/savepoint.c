/* savepoint: see savepoint.h. */
#include "savepoint.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static unsigned char *page_at(const struct image *image, uint64_t number)
{
    return image->map.base + (number << PAGE_BITS);
}

static bool out_of_memory(const struct image *image, struct error *error)
{
    return error_set(error, ERROR_LIMIT, image_name(image), "out of memory for savepoints");
}

static bool may_go(const struct image *image, struct error *error)
{
    if (image->mode == IMAGE_READ)
        return error_set(error, ERROR_READONLY, image_name(image), "is open for reading only");
    if (image->mode == IMAGE_SHARED)
        return error_set(error, ERROR_UNSUPPORTED, image_name(image),
                         "shared mode has nothing pending that could be taken back");
    return true;
}

bool image_savepoint(struct image *image, uint64_t *id, struct error *error)
{
    if (!may_go(image, error))
        return false;
    *id = history_push(&image->history, image->size, image_lead(image) + image->size, image->state);
    /* A page may be dirty and yet be unknown to the new layer. */
    image->hot_page = UINT64_MAX;
    return *id || out_of_memory(image, error);
}

bool image_has_savepoint(const struct image *image, uint64_t id)
{
    return history_find(&image->history, id) != NULL;
}

bool image_release(struct image *image, uint64_t id, struct error *error)
{
    return history_release(&image->history, history_find(&image->history, id)) ||
           out_of_memory(image, error);
}

/* Going back */

/* A rollback under way. */
struct back {
    struct image *image;
    struct step step;
    bool whole; /* the step holds all that redo would need */
};

static struct back begin(struct image *image)
{
    return (struct back){
        .image = image,
        .step.form = {.size = image->size, .state = image->state},
        .whole = true,
    };
}

static void swap_page(unsigned char *a, unsigned char *b)
{
    unsigned char copy[PAGE_BYTES];
    memcpy(copy, a, sizeof copy);
    memcpy(a, b, sizeof copy);
    memcpy(b, copy, sizeof copy);
}

/*
 * Brings back what a page held, and keeps what it holds now in the same memory: fresh memory would cost more
 * than the copy. `bytes` becomes the step's, unless that knows the page already.
 */
static void exchange(struct back *back, uint64_t number, unsigned char *bytes)
{
    struct pages *after = &back->step.after;
    bool known = pages_find(after, number) != NULL;
    swap_page(page_at(back->image, number), bytes);
    back->whole = back->whole && pages_reserve(after, 1);
    if (back->whole && !known)
        pages_put(after, number, bytes);
    else
        free(bytes);
}

/* The page holds its pre-image from here on, and need not be told what that is. */
static void note_clean(struct back *back, uint64_t number)
{
    back->whole = back->whole && pages_reserve(&back->step.before, 1);
    if (back->whole)
        pages_put(&back->step.before, number, NULL);
}

static void restore_layout(struct back *back, struct form *form)
{
    if (!form->has_layout)
        return;
    if (back->step.form.has_layout)
        layout_clear(&back->image->layout);
    else
        back->step.form.layout = back->image->layout;
    back->step.form.has_layout = true;
    back->image->layout = form->layout;
    form->layout = (struct layout){0};
    form->has_layout = false;
}

/* From the last page that was entered to the first, so that the table of dirty pages stays sorted. */
static void restore_layer(struct back *back, struct layer *layer)
{
    for (size_t i = layer->pages.count; i-- > 0;) {
        struct page *page = &layer->pages.list[i];
        if (page->before) {
            exchange(back, page->number, page->before);
            page->before = NULL;
        } else {
            exchange(back, page->number, pages_take(&back->image->pages, page->number));
            note_clean(back, page->number);
        }
    }
    pages_clear(&layer->pages);
    restore_layout(back, &layer->form);
}

static void set_form(struct image *image, const struct form *form, bool moved)
{
    if (image->size != form->size || moved)
        image->generation++;
    image->size = form->size;
    image->state = form->state;
    image->outdated = image->outdated && image->pages.count;
    image->hot_page = UINT64_MAX;
}

/* The step joins the others, unless it is none. Without it those before it make no sense either. */
static void add_step(struct back *back)
{
    struct history *history = &back->image->history;
    const struct step *step = &back->step;
    bool changes = step->form.state != back->image->state;
    if (back->whole && changes && history_add_step(history, step))
        return;
    if (!back->whole || changes)
        history_forget_steps(history);
    step_clear(&back->step);
}

/* Redo takes what pages hold for their pre-images, so while it is possible no page may get lost. */
static void finish(struct back *back)
{
    add_step(back);
    if (!back->image->pages.count && !history_last_step(&back->image->history))
        canary_disarm(&back->image->canary);
}

bool image_rollback_to(struct image *image, uint64_t id, struct error *error)
{
    if (!may_go(image, error) || !image_survived(image, error))
        return false;
    struct layer *to = history_find(&image->history, id);
    struct back back = begin(image);
    image->apart = true;
    for (size_t above = (size_t)(history_top(&image->history) - to) + 1; above-- > 0;)
        restore_layer(&back, to + above);
    history_drop_above(&image->history, to);
    set_form(image, &to->form, back.step.form.has_layout);
    finish(&back);
    return image_intact(image, error);
}

static void copy_back(struct image *image)
{
    for (size_t i = 0; i < image->pages.count; i++) {
        const struct page *page = &image->pages.list[i];
        memcpy(page_at(image, page->number), page->before, PAGE_BYTES);
    }
}

/* All pages change places with their pre-images, and so does the table. */
static void exchange_all(struct back *back)
{
    struct pages *pages = &back->image->pages;
    for (size_t i = 0; i < pages->count; i++) {
        swap_page(page_at(back->image, pages->list[i].number), pages->list[i].before);
        note_clean(back, pages->list[i].number);
    }
    back->step.after = *pages;
    *pages = (struct pages){0};
}

/* Copies the pre-images that pages hold for a step. */
static bool hold_pre_images(const struct image *image, struct step *step)
{
    for (size_t i = 0; i < step->before.count; i++) {
        struct page *page = &step->before.list[i];
        if (page->before)
            continue;
        page->before = malloc(PAGE_BYTES);
        if (!page->before)
            return false;
        memcpy(page->before, page_at(image, page->number), PAGE_BYTES);
    }
    return true;
}

/* All pages show the file again, and nothing has to be watched. */
static void give_back(struct image *image)
{
    for (size_t i = 0; i < image->history.step_count; i++)
        if (!hold_pre_images(image, &image->history.steps[i])) {
            history_forget_steps(&image->history);
            break;
        }
    canary_disarm(&image->canary);
    image->apart = madvise(image->map.base, image->map.len, MADV_DONTNEED) != 0;
    if (image->apart)
        copy_back(image);
}

/*
 * Pre-images that the file does not hold any more would only lead to the next refusal: the pages show the file
 * again. What redo brings back must be refused all the same, so it gets the pre-images too.
 */
static void show_file(struct back *back)
{
    struct image *image = back->image;
    for (size_t i = 0; back->whole && i < image->pages.count; i++)
        back->whole = pages_add(&back->step.after, image->pages.list[i].number,
                                page_at(image, image->pages.list[i].number));
    give_back(image);
    back->step.before = image->pages;
    image->pages = (struct pages){0};
}

static void restore_pages(struct back *back)
{
    struct image *image = back->image;
    struct error ignored;
    back->whole = image_survived(image, &ignored);
    image->apart = true;
    if (image->outdated && (image->mode == IMAGE_PATCH || image->mode == IMAGE_COPY))
        show_file(back);
    else if (back->whole)
        exchange_all(back);
    else
        copy_back(image);
    pages_clear(&image->pages);
}

void image_rollback(struct image *image)
{
    struct back back = begin(image);
    bool moved = layout_is_moved(&image->layout);
    restore_pages(&back);
    back.step.guards = image->guards;
    back.step.form.layout = image->layout;
    back.step.form.has_layout = moved;
    image->guards = (struct guards){0};
    image->layout = (struct layout){0};
    history_drop_layers(&image->history);
    set_form(image, &(struct form){.size = image->file_size}, moved);
    finish(&back);
}

/* Going forward */

/* Everything that can fail, before anything changes. */
static bool prepare(struct image *image, const struct step *step, struct error *error)
{
    struct layer *top = history_top(&image->history);
    if (!image_watch(image, 0, UINT64_MAX, error) || !image_intact(image, error))
        return false;
    if (pages_reserve(&image->pages, step->before.count) &&
        (!top || pages_reserve(&top->pages, step->after.count)) &&
        guards_append(&image->guards, &step->guards))
        return true;
    return out_of_memory(image, error);
}

/* The page becomes dirty again. Where the step does not hold its pre-image, the page does. */
static void redo_clean(struct image *image, struct step *step, struct page *page)
{
    unsigned char *now = page_at(image, page->number);
    unsigned char *before = pages_take(&step->before, page->number);
    if (before) {
        memcpy(now, page->before, PAGE_BYTES);
    } else {
        swap_page(now, page->before);
        before = page->before;
        page->before = NULL;
    }
    pages_put(&image->pages, page->number, before);
    if (history_wants(&image->history, page->number))
        pages_put(&history_top(&image->history)->pages, page->number, NULL);
}

/* What the page holds now goes to the top layer, if that wants it, by changing places. */
static void redo_dirty(struct image *image, struct page *page)
{
    swap_page(page_at(image, page->number), page->before);
    if (!history_wants(&image->history, page->number))
        return;
    pages_put(&history_top(&image->history)->pages, page->number, page->before);
    page->before = NULL;
}

static void redo_layout(struct image *image, struct form *form)
{
    struct layer *top = history_top(&image->history);
    if (!form->has_layout)
        return;
    if (top && !top->form.has_layout) {
        top->form.layout = image->layout;
        top->form.has_layout = true;
    } else {
        layout_clear(&image->layout);
    }
    image->layout = form->layout;
    form->layout = (struct layout){0};
}

bool image_redo(struct image *image, bool *redone, struct error *error)
{
    struct step *step = history_last_step(&image->history);
    *redone = false;
    if (!may_go(image, error))
        return false;
    if (!step)
        return true;
    if (!prepare(image, step, error))
        return false;
    for (size_t i = 0; i < step->after.count; i++) {
        struct page *page = &step->after.list[i];
        if (pages_find(&step->before, page->number))
            redo_clean(image, step, page);
        else
            redo_dirty(image, page);
    }
    redo_layout(image, &step->form);
    set_form(image, &step->form, step->form.has_layout);
    history_drop_step(&image->history);
    *redone = true;
    return image_intact(image, error);
}
