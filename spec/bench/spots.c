/*
 * spots: flips one byte at so many places of a file, without any safety.
 *
 *   spots FILE COUNT          pwrite, then one fdatasync
 *   spots FILE COUNT COPY     the same in a copy, which then takes the file's name
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what)
{
    perror(what);
    exit(1);
}

static int copy(int from, const char *path)
{
    static char block[1 << 20];
    ssize_t got;
    int to = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (to < 0)
        fail(path);
    while ((got = read(from, block, sizeof block)) > 0)
        if (write(to, block, (size_t)got) != got)
            fail(path);
    return to;
}

static void flip(int fd, int64_t size, int count)
{
    for (int spot = 0; spot < count; spot++) {
        unsigned char byte;
        off_t off = (off_t)(spot * (size / count));
        if (pread(fd, &byte, 1, off) != 1)
            fail("read");
        byte ^= 0xff;
        if (pwrite(fd, &byte, 1, off) != 1)
            fail("write");
    }
}

int main(int argc, char **argv)
{
    struct stat st;
    if (argc < 3)
        return 2;
    int fd = open(argv[1], O_RDWR);
    if (fd < 0 || fstat(fd, &st) != 0)
        fail(argv[1]);
    if (argc > 3)
        fd = copy(fd, argv[3]);
    flip(fd, st.st_size, atoi(argv[2]));
    if (fdatasync(fd) != 0 || (argc > 3 && rename(argv[3], argv[1]) != 0))
        fail(argv[1]);
    return 0;
}
