/*
 * rollback: what does going back cost over the least that has to be done?
 *
 *   rollback ours|copy|drop FILE PAGES
 *
 * Writes one byte to each of so many pages of a privately mapped file, takes that back, and prints the seconds that
 * the way back took: the image's own rollback, or by hand copying each page's earlier bytes, or giving all pages
 * back to the kernel.
 */
#include "image.h"
#include "savepoint.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "rollback: %s\n", what);
    exit(1);
}

static double ours(const char *path, uint64_t pages)
{
    struct image image;
    struct error error;
    if (!image_open(&image, path, &(struct image_options){.mode = IMAGE_COPY}, &error))
        fail(error.message);
    uint64_t step = image.size / PAGE_BYTES / pages * PAGE_BYTES;
    for (uint64_t i = 0; i < pages; i++)
        if (!image_write(&image, i * step, "!", 1, &error))
            fail(error.message);
    double begin = now();
    image_rollback(&image);
    double seconds = now() - begin;
    image_free(&image);
    return seconds;
}

static double by_hand(const char *path, uint64_t pages, bool copies)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0)
        fail(path);
    size_t size = (size_t)st.st_size, step = size / PAGE_BYTES / pages * PAGE_BYTES;
    unsigned char *map =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
    unsigned char **before = calloc(pages, sizeof *before);
    for (uint64_t i = 0; i < pages; i++) {
        before[i] = malloc(PAGE_BYTES);
        memcpy(before[i], map + i * step, PAGE_BYTES);
        map[i * step] = '!';
    }
    double begin = now();
    for (uint64_t i = 0; copies && i < pages; i++)
        memcpy(map + i * step, before[i], PAGE_BYTES);
    if (!copies && madvise(map, size, MADV_DONTNEED) != 0)
        fail("madvise");
    return now() - begin;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    uint64_t pages = strtoull(argv[3], NULL, 10);
    if (strcmp(argv[1], "ours") == 0)
        printf("%.9f\n", ours(argv[2], pages));
    else
        printf("%.9f\n", by_hand(argv[2], pages, strcmp(argv[1], "copy") == 0));
    return 0;
}
