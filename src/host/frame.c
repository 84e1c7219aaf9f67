/* frame: the header, writing and reading to the end. */
#include "frame.h"

#include <errno.h>
#include <unistd.h>

size_t frame_length(const unsigned char *header)
{
    size_t len = 0;
    for (size_t i = FRAME_HEADER; i-- > 0;)
        len = len << 8 | header[i];
    return len;
}

static bool write_all(int fd, const void *data, size_t len)
{
    const char *at = data;
    while (len > 0) {
        ssize_t count = write(fd, at, len);
        if (count < 0 && errno != EINTR)
            return false;
        if (count > 0) {
            at += count;
            len -= (size_t)count;
        }
    }
    return true;
}

bool frame_write(int fd, const char *data, size_t len)
{
    unsigned char header[FRAME_HEADER];
    for (size_t i = 0; i < FRAME_HEADER; i++)
        header[i] = (unsigned char)(len >> (8 * i) & 0xff);
    return write_all(fd, header, sizeof header) && write_all(fd, data, len);
}

bool frame_read(int fd, void *data, size_t len)
{
    char *at = data;
    while (len > 0) {
        ssize_t count = read(fd, at, len);
        if (count == 0 || (count < 0 && errno != EINTR))
            return false;
        if (count > 0) {
            at += count;
            len -= (size_t)count;
        }
    }
    return true;
}
