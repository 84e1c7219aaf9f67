/* ref: see ref.h. */
#include "ref.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NAME "suture-ref "
#define FIRST_LINE NAME "1"
#define LAST_LINE "end"

/* The length of the longest common part of two paths that ends between two components. */
static size_t common_part(const char *a, const char *b)
{
    size_t at = 0, common = 0;
    while (a[at] && a[at] == b[at]) {
        at++;
        bool a_ends = a[at] == '/' || !a[at], b_ends = b[at] == '/' || !b[at];
        if (a_ends && b_ends)
            common = at;
    }
    return common;
}

bool ref_relative(const char *from, const char *to, char path[PATH_MAX])
{
    size_t common = common_part(from, to), used = 0;
    path[0] = '\0';
    for (const char *c = from + common; *c; c++) {
        if (*c != '/' || !c[1])
            continue;
        if (used + 4 > PATH_MAX)
            return false;
        used += (size_t)snprintf(path + used, PATH_MAX - used, "../");
    }
    const char *rest = to + common;
    while (*rest == '/')
        rest++;
    int len = snprintf(path + used, PATH_MAX - used, "%s", *rest || used ? rest : ".");
    return len >= 0 && used + (size_t)len < PATH_MAX;
}

void ref_fill(struct ref *ref, const unsigned char nonce[JOURNAL_NONCE],
              const struct folder *journal_folder, uint64_t fsid, uint64_t ino, const char *from)
{
    memcpy(ref->nonce, nonce, JOURNAL_NONCE);
    ref->fsid = journal_folder->fsid;
    ref->ino = journal_folder->ino;
    folder_trace(journal_folder, fsid, ino, TRACE_TMP, ref->journal);
    *strrchr(ref->journal, '.') = '\0';
    snprintf(ref->folder, sizeof ref->folder, "%s", journal_folder->path);
    if (!from || !ref_relative(from, journal_folder->path, ref->relative))
        ref->relative[0] = '\0';
}

/* A line must stay a line: newlines in folder names are written as in URLs. */
static void escape(const char *path, char line[PATH_MAX])
{
    size_t used = 0;
    for (; *path && used < PATH_MAX - 4; path++) {
        if (*path == '\n' || *path == '%')
            used += (size_t)snprintf(line + used, 4, "%%%02x", (unsigned)*path);
        else
            line[used++] = *path;
    }
    line[used] = '\0';
}

static bool unescape(char *path)
{
    char *to = path;
    for (const char *from = path; *from; from++) {
        if (*from != '%')
            *to++ = *from;
        else if (strncmp(from, "%0a", 3) == 0 || strncmp(from, "%25", 3) == 0) {
            *to++ = from[1] == '0' ? '\n' : '%';
            from += 2;
        } else
            return false;
    }
    *to = '\0';
    return true;
}

size_t ref_print(const struct ref *ref, char text[REF_MAX])
{
    char folder[PATH_MAX], relative[PATH_MAX];
    escape(ref->folder, folder);
    escape(ref->relative, relative);
    char hex[2 * JOURNAL_NONCE + 1];
    for (size_t i = 0; i < JOURNAL_NONCE; i++)
        snprintf(hex + 2 * i, 3, "%02x", ref->nonce[i]);
    int len = snprintf(text, REF_MAX,
                       FIRST_LINE "\n%s\n%016" PRIx64 " %" PRIx64 "\n%s\n%s\n%s\n" LAST_LINE "\n",
                       hex, ref->fsid, ref->ino, ref->journal, folder, relative);
    return (size_t)len;
}

/* Cuts the next line off; false where there is none or it does not fit into room bytes with its NUL. */
static bool take_line(const char **text, size_t *len, char *line, size_t room)
{
    const char *newline = memchr(*text, '\n', *len);
    if (!newline)
        return false;
    size_t line_len = (size_t)(newline - *text);
    if (line_len >= room || memchr(*text, '\0', line_len))
        return false;
    memcpy(line, *text, line_len);
    line[line_len] = '\0';
    *len -= line_len + 1;
    *text = newline + 1;
    return true;
}

static bool parse_nonce(const char *hex, unsigned char nonce[JOURNAL_NONCE])
{
    if (strlen(hex) != 2 * JOURNAL_NONCE || strspn(hex, "0123456789abcdef") != 2 * JOURNAL_NONCE)
        return false;
    for (size_t i = 0; i < JOURNAL_NONCE; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        nonce[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    return true;
}

/* A journal's name never leads out of the folder that is named with it. */
static bool is_plain_name(const char *name)
{
    return strncmp(name, ".suture-", 8) == 0 && !strchr(name, '/');
}

static bool parse(struct ref *ref, const char *text, size_t len)
{
    char first[32], hex[64], place[64], last[8];
    int used = 0;
    return take_line(&text, &len, first, sizeof first) && strcmp(first, FIRST_LINE) == 0 &&
           take_line(&text, &len, hex, sizeof hex) && parse_nonce(hex, ref->nonce) &&
           take_line(&text, &len, place, sizeof place) &&
           sscanf(place, "%" SCNx64 " %" SCNx64 "%n", &ref->fsid, &ref->ino, &used) == 2 &&
           !place[used] && take_line(&text, &len, ref->journal, sizeof ref->journal) &&
           is_plain_name(ref->journal) && take_line(&text, &len, ref->folder, sizeof ref->folder) &&
           ref->folder[0] == '/' && take_line(&text, &len, ref->relative, sizeof ref->relative) &&
           take_line(&text, &len, last, sizeof last) && strcmp(last, LAST_LINE) == 0 && len == 0 &&
           unescape(ref->folder) && unescape(ref->relative);
}

static bool ends_well(const char *text, size_t len)
{
    static const char END[] = "\n" LAST_LINE "\n";
    return len >= sizeof END - 1 && memcmp(text + len - (sizeof END - 1), END, sizeof END - 1) == 0;
}

/* What a crash leaves of a ref ends too early, or has zeros where data did not reach the disk. */
static bool is_torn(const char *text, size_t len)
{
    size_t known = len < strlen(FIRST_LINE "\n") ? len : strlen(FIRST_LINE "\n");
    if (memchr(text, '\0', len))
        return true;
    return memcmp(text, FIRST_LINE "\n", known) == 0 && !ends_well(text, len);
}

enum ref_state ref_parse(struct ref *ref, const char *text, size_t len)
{
    if (parse(ref, text, len))
        return REF_WHOLE;
    return is_torn(text, len) ? REF_TORN : REF_UNKNOWN;
}

void ref_unmark(int fd)
{
    if (fremovexattr(fd, REF_ATTRIBUTE) == 0)
        fsync(fd);
}
