/* landlock: a rule set that handles everything, with one rule for each folder. */
#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Debian 12's headers stop at version 2; these are the kernel's interface up to version 7. */
#define CREATE_RULESET_VERSION 1U
#define RULE_PATH_BENEATH 1
#define ACCESS_READ_FILE (UINT64_C(1) << 2)
#define ACCESS_NET_ALL UINT64_C(3)
#define SCOPE_ALL UINT64_C(3)

struct ruleset {
    uint64_t access_fs;
    uint64_t access_net;
    uint64_t scoped;
};

struct path_rule {
    uint64_t access;
    int32_t parent;
} __attribute__((packed));

int landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, CREATE_RULESET_VERSION);
    return version > 0 ? (int)version : 0;
}

/* Execute, write, read, list, remove and make of version 1, then refer, truncate and ioctl. */
static uint64_t known_access(int version)
{
    int bits = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
    return (UINT64_C(1) << bits) - 1;
}

static bool allow(int rules, const char *folder)
{
    struct path_rule rule = {.access = ACCESS_READ_FILE};
    rule.parent = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (rule.parent < 0)
        return true;
    long result = syscall(SYS_landlock_add_rule, rules, RULE_PATH_BENEATH, &rule, 0U);
    int reason = errno;
    close(rule.parent);
    errno = reason;
    return result == 0;
}

static bool enforce(int rules, const char *const folders[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!allow(rules, folders[i]))
            return false;
    return syscall(SYS_landlock_restrict_self, rules, 0U) == 0;
}

bool landlock_restrict(const char *const folders[], size_t count)
{
    int version = landlock_version();
    struct ruleset ruleset = {.access_fs = known_access(version)};
    if (version >= 4)
        ruleset.access_net = ACCESS_NET_ALL;
    if (version >= 6)
        ruleset.scoped = SCOPE_ALL;
    int rules = (int)syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0U);
    if (rules < 0)
        return false;
    bool done = enforce(rules, folders, count);
    int reason = errno;
    close(rules);
    errno = reason;
    return done;
}
