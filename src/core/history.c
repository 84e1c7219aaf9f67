/* history: see history.h. */
#include "history.h"

#include <stdlib.h>
#include <string.h>

uint64_t history_push(struct history *history, uint64_t size, uint64_t end, uint64_t state)
{
    if (history->count == history->room) {
        size_t room = history->room ? history->room * 2 : 8;
        struct layer *layers = realloc(history->layers, room * sizeof *layers);
        if (!layers)
            return 0;
        history->layers = layers;
        history->room = room;
    }
    const struct layer *below = history_top(history);
    struct layer *layer = &history->layers[history->count++];
    *layer = (struct layer){.id = ++history->last_id, .form = {.size = size, .state = state}};
    layer->reach = below && below->reach > end ? below->reach : end;
    return layer->id;
}

struct layer *history_top(const struct history *history)
{
    return history->count ? &history->layers[history->count - 1] : NULL;
}

struct layer *history_find(const struct history *history, uint64_t id)
{
    size_t low = 0, high = history->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (history->layers[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < history->count && history->layers[low].id == id;
    return found ? &history->layers[low] : NULL;
}

bool history_wants(const struct history *history, uint64_t number)
{
    const struct layer *top = history_top(history);
    return top && number << PAGE_BITS < top->reach && !pages_find(&top->pages, number);
}

bool history_keep(struct history *history, uint64_t number, const unsigned char *page)
{
    struct pages *pages = &history_top(history)->pages;
    if (page)
        return pages_add(pages, number, page);
    if (!pages_reserve(pages, 1))
        return false;
    pages_put(pages, number, NULL);
    return true;
}

bool history_keep_layout(struct history *history, const struct layout *layout)
{
    struct layer *top = history_top(history);
    if (!top || top->form.has_layout)
        return true;
    if (!layout_copy(layout, &top->form.layout))
        return false;
    top->form.has_layout = true;
    return true;
}

static void clear_layer(struct layer *layer)
{
    layout_clear(&layer->form.layout);
    pages_clear(&layer->pages);
}

/* Whether the layer below has the page, or has no use for it. */
static bool is_settled(const struct page *page, const struct layer *below)
{
    return page->number << PAGE_BITS >= below->reach || pages_find(&below->pages, page->number);
}

static bool merge(struct layer *layer, struct layer *below)
{
    if (!pages_reserve(&below->pages, layer->pages.count))
        return false;
    for (size_t i = 0; i < layer->pages.count; i++) {
        struct page *page = &layer->pages.list[i];
        if (is_settled(page, below))
            continue;
        pages_put(&below->pages, page->number, page->before);
        page->before = NULL;
    }
    if (layer->form.has_layout && !below->form.has_layout) {
        below->form.has_layout = true;
        below->form.layout = layer->form.layout;
        layer->form.layout = (struct layout){0};
    }
    return true;
}

bool history_release(struct history *history, struct layer *layer)
{
    size_t index = (size_t)(layer - history->layers);
    if (index && !merge(layer, layer - 1))
        return false;
    clear_layer(layer);
    history->count--;
    memmove(layer, layer + 1, (history->count - index) * sizeof *layer);
    return true;
}

void history_drop_above(struct history *history, const struct layer *layer)
{
    size_t count = (size_t)(layer - history->layers) + 1;
    while (history->count > count)
        clear_layer(&history->layers[--history->count]);
}

void history_drop_layers(struct history *history)
{
    while (history->count)
        clear_layer(&history->layers[--history->count]);
}

bool history_add_step(struct history *history, const struct step *step)
{
    if (history->step_count == history->step_room) {
        size_t room = history->step_room ? history->step_room * 2 : 8;
        struct step *steps = realloc(history->steps, room * sizeof *steps);
        if (!steps)
            return false;
        history->steps = steps;
        history->step_room = room;
    }
    history->steps[history->step_count++] = *step;
    return true;
}

struct step *history_last_step(const struct history *history)
{
    return history->step_count ? &history->steps[history->step_count - 1] : NULL;
}

void step_clear(struct step *step)
{
    layout_clear(&step->form.layout);
    pages_clear(&step->after);
    pages_clear(&step->before);
    guards_clear(&step->guards);
}

void history_drop_step(struct history *history)
{
    step_clear(&history->steps[--history->step_count]);
}

void history_forget_steps(struct history *history)
{
    while (history->step_count)
        history_drop_step(history);
}

void history_clear(struct history *history)
{
    uint64_t last_id = history->last_id;
    history_forget_steps(history);
    history_drop_layers(history);
    free(history->layers);
    free(history->steps);
    *history = (struct history){.last_id = last_id};
}
