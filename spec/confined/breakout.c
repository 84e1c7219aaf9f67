/*
 * breakout: what a recipe could do that has broken out of Lua: system calls of its own, from inside the cell.
 *
 *     breakout FOLDER TARGET ATTACK PART    -> "done", or the name of an error or a signal, on stdout
 *     breakout list                         -> the names of all attacks
 *
 * A child opens TARGET, closes PART of the cell ("cell": all of it, "landlock", "seccomp") but for FOLDER, and
 * attacks; this process tells what came of it.
 */
#include "cell.h"
#include "landlock.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *folder;
static const char *target;
static int held;     /* the target, open to read */
static pid_t parent; /* asked before the cell is closed */
static char here[4096];

static const char *below(const char *name)
{
    snprintf(here, sizeof here, "%s/%s", folder, name);
    return here;
}

static long read_passwd(void)
{
    return open("/etc/passwd", O_RDONLY);
}
static long read_environment(void)
{
    return open("/proc/self/environ", O_RDONLY);
}
static long read_memory(void)
{
    return open("/proc/self/mem", O_RDWR);
}
static long read_parent_memory(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", (int)parent);
    return open(path, O_RDONLY);
}
static long read_descriptor(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", held);
    return open(path, O_RDWR);
}
static long read_link_out(void)
{
    return open(below("way-out"), O_RDONLY);
}
static long read_dots(void)
{
    return open(below("../../../../../../etc/passwd"), O_RDONLY);
}
static long open_device(void)
{
    return open("/dev/zero", O_RDONLY);
}
static long open_terminal(void)
{
    return open("/dev/tty", O_RDWR);
}
static long list_root(void)
{
    return open("/", O_RDONLY | O_DIRECTORY);
}
static long list_folder(void)
{
    char entries[1024];
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    return fd < 0 ? -1 : syscall(SYS_getdents64, fd, entries, sizeof entries);
}
static long read_inside(void)
{
    char byte;
    int fd = open(below("inside"), O_RDONLY);
    return fd < 0 ? -1 : read(fd, &byte, 1);
}
static long read_target(void)
{
    char byte;
    return pread(held, &byte, 1, 0);
}
static long map_target(void)
{
    char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, held, 0);
    if (map == MAP_FAILED)
        return -1;
    map[0] = 'X';
    return 0;
}
static long take_memory(void)
{
    return malloc(1 << 20) != NULL ? 0 : -1;
}

static long write_target(void)
{
    return open(target, O_WRONLY);
}
static long write_inside(void)
{
    return open(below("inside"), O_RDWR);
}
static long truncate_inside(void)
{
    return open(below("inside"), O_RDONLY | O_TRUNC);
}
static long write_descriptor(void)
{
    return write(held, "X", 1);
}
static long map_shared(void)
{
    void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, held, 0);
    return map == MAP_FAILED ? -1 : 0;
}
static long cut_target(void)
{
    return truncate(target, 0);
}
static long cut_descriptor(void)
{
    return ftruncate(held, 0);
}
static long create_file(void)
{
    return open(below("new"), O_WRONLY | O_CREAT, 0600);
}
static long create_nameless(void)
{
    return open(folder, O_RDWR | O_TMPFILE, 0600);
}
static long create_by_creat(void)
{
    return syscall(SYS_creat, below("new"), 0600);
}
static long create_folder(void)
{
    return mkdir(below("new"), 0700);
}
static long create_fifo(void)
{
    return mknod(below("new"), S_IFIFO | 0600, 0);
}
static long create_memory_file(void)
{
    return memfd_create("x", 0);
}
static long create_link(void)
{
    return link(target, below("new"));
}
static long create_symlink(void)
{
    return symlink("/etc/passwd", below("new"));
}
static long delete_target(void)
{
    return unlink(target);
}
static long delete_inside(void)
{
    return unlinkat(AT_FDCWD, below("inside"), 0);
}
static long rename_target(void)
{
    return rename(target, below("new"));
}
static long change_mode(void)
{
    return chmod(target, 0777);
}
static long change_owner(void)
{
    return chown(target, 1, 1);
}
static long change_times(void)
{
    return utimensat(AT_FDCWD, target, NULL, 0);
}
static long change_attribute(void)
{
    return syscall(SYS_setxattr, target, "user.x", "x", 1, 0);
}
static long change_folder(void)
{
    return chdir("/");
}
static long change_root(void)
{
    return chroot(folder);
}
static long give_up_lock(void)
{
    return flock(held, LOCK_UN);
}
static long take_lock(void)
{
    struct flock lock = {.l_type = F_RDLCK};
    return fcntl(held, F_SETLK, &lock);
}

static long connect_tcp(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static long connect_local(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static long connect_kernel(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0);
}
static long connect_pair(void)
{
    int ends[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static long start_fork(void)
{
    return syscall(SYS_fork);
}
static long start_vfork(void)
{
    return fork();
}
static long start_thread(void)
{
    return syscall(SYS_clone, CLONE_VM | SIGCHLD, NULL, NULL, NULL, NULL);
}
static long start_clone3(void)
{
    char arguments[64] = {0};
    return syscall(SYS_clone3, arguments, sizeof arguments);
}
static long start_program(void)
{
    return execl("/bin/true", "true", (char *)NULL);
}
static long start_descriptor(void)
{
    char *const words[] = {"true", NULL};
    return fexecve(held, words, words);
}
static long start_code(void)
{
    void *map = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return map == MAP_FAILED ? -1 : 0;
}
static long turn_to_code(void)
{
    void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(map, 4096, PROT_READ | PROT_EXEC);
}

static long trace_parent(void)
{
    return ptrace(PTRACE_ATTACH, parent, NULL, NULL);
}
static long read_other(void)
{
    char byte;
    struct iovec local = {&byte, 1};
    return syscall(SYS_process_vm_readv, parent, &local, 1, &local, 1, 0);
}
static long kill_parent(void)
{
    return kill(parent, SIGTERM);
}
static long kill_all(void)
{
    return kill(-1, 0);
}
static long kill_by_descriptor(void)
{
    return syscall(SYS_pidfd_open, parent, 0);
}
static long outlive_parent(void)
{
    return prctl(PR_SET_PDEATHSIG, 0);
}
static long leave_group(void)
{
    return setsid();
}
static long be_slower(void)
{
    return setpriority(PRIO_PROCESS, 0, -20);
}
static long raise_limit(void)
{
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_AS, &none);
}
static long be_root(void)
{
    return setuid(0);
}
static long get_namespace(void)
{
    return unshare(CLONE_NEWUSER);
}
static long mount_something(void)
{
    return mount("none", folder, "tmpfs", 0, NULL);
}
static long load_filter(void)
{
    return syscall(SYS_bpf, 0, NULL, 0);
}
static long ring(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL);
}
static long fault_by_user(void)
{
    return syscall(SYS_userfaultfd, 0);
}
static long set_keys(void)
{
    return syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}
static long type_for_user(void)
{
    return syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x");
}
static long share_memory(void)
{
    return syscall(SYS_shmget, 0, 4096, 0600);
}
static long set_clock(void)
{
    return syscall(SYS_settimeofday, NULL, NULL);
}
static long ask_watch(void)
{
    return syscall(SYS_inotify_init1, 0);
}
static long take_all_memory(void)
{
    return mmap(NULL, (size_t)4 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED
               ? -1
               : 0;
}
static long take_all_descriptors(void)
{
    for (int i = 0; i < 1000; i++)
        if (open(below("inside"), O_RDONLY) < 0)
            return -1;
    return 0;
}

static const struct attack {
    const char *name;
    long (*run)(void);
} attacks[] = {
#define ATTACK(name)                                                                               \
    {                                                                                              \
#name, name                                                                                \
    }
    ATTACK(read_passwd),
    ATTACK(read_environment),
    ATTACK(read_memory),
    ATTACK(read_parent_memory),
    ATTACK(read_descriptor),
    ATTACK(read_link_out),
    ATTACK(read_dots),
    ATTACK(open_device),
    ATTACK(open_terminal),
    ATTACK(list_root),
    ATTACK(list_folder),
    ATTACK(read_inside),
    ATTACK(read_target),
    ATTACK(map_target),
    ATTACK(take_memory),
    ATTACK(write_target),
    ATTACK(write_inside),
    ATTACK(truncate_inside),
    ATTACK(write_descriptor),
    ATTACK(map_shared),
    ATTACK(cut_target),
    ATTACK(cut_descriptor),
    ATTACK(create_file),
    ATTACK(create_nameless),
    ATTACK(create_by_creat),
    ATTACK(create_folder),
    ATTACK(create_fifo),
    ATTACK(create_memory_file),
    ATTACK(create_link),
    ATTACK(create_symlink),
    ATTACK(delete_target),
    ATTACK(delete_inside),
    ATTACK(rename_target),
    ATTACK(change_mode),
    ATTACK(change_owner),
    ATTACK(change_times),
    ATTACK(change_attribute),
    ATTACK(change_folder),
    ATTACK(change_root),
    ATTACK(give_up_lock),
    ATTACK(take_lock),
    ATTACK(connect_tcp),
    ATTACK(connect_local),
    ATTACK(connect_kernel),
    ATTACK(connect_pair),
    ATTACK(start_fork),
    ATTACK(start_vfork),
    ATTACK(start_thread),
    ATTACK(start_clone3),
    ATTACK(start_program),
    ATTACK(start_descriptor),
    ATTACK(start_code),
    ATTACK(turn_to_code),
    ATTACK(trace_parent),
    ATTACK(read_other),
    ATTACK(kill_parent),
    ATTACK(kill_all),
    ATTACK(kill_by_descriptor),
    ATTACK(outlive_parent),
    ATTACK(leave_group),
    ATTACK(be_slower),
    ATTACK(raise_limit),
    ATTACK(be_root),
    ATTACK(get_namespace),
    ATTACK(mount_something),
    ATTACK(load_filter),
    ATTACK(ring),
    ATTACK(fault_by_user),
    ATTACK(set_keys),
    ATTACK(type_for_user),
    ATTACK(share_memory),
    ATTACK(set_clock),
    ATTACK(ask_watch),
    ATTACK(take_all_memory),
    ATTACK(take_all_descriptors),
};

enum { COUNT = sizeof attacks / sizeof attacks[0] };

static const struct attack *find(const char *name)
{
    for (int i = 0; i < COUNT; i++)
        if (strcmp(attacks[i].name, name) == 0)
            return &attacks[i];
    return NULL;
}

/* NULL when it is closed, else what failed. */
static const char *close_part(const char *part)
{
    const struct cell_limits limits = {.seconds = 5, .memory = (size_t)64 << 20};
    const char *folders[] = {folder};
    if (strcmp(part, "cell") == 0)
        return cell_close(&limits, folders, 1);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return "no new privileges";
    bool closed =
        strcmp(part, "landlock") == 0 ? landlock_restrict(folders, 1) : syscalls_restrict(false);
    return closed ? NULL : part;
}

static void attack(const struct attack *which, const char *part, int out)
{
    held = open(target, O_RDONLY);
    const char *text = close_part(part);
    if (text == NULL)
        text = which->run() >= 0 ? "done" : strerrorname_np(errno);
    if (write(out, text, strlen(text)) < 0)
        _exit(2);
    _exit(0);
}

int main(int argc, char **argv)
{
    int ends[2], status;
    char text[64] = "";
    for (int i = 0; argc == 2 && i < COUNT; i++)
        puts(attacks[i].name);
    const struct attack *which = argc == 5 ? find(argv[3]) : NULL;
    if (which == NULL || pipe(ends) < 0)
        return argc == 2 ? 0 : 2;
    folder = argv[1];
    target = argv[2];
    parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        attack(which, argv[4], ends[1]);
    close(ends[1]);
    waitpid(pid, &status, 0);
    if (read(ends[0], text, sizeof text - 1) < 0)
        return 2;
    if (WIFSIGNALED(status))
        snprintf(text, sizeof text, "%s", sigabbrev_np(WTERMSIG(status)));
    puts(text);
    return 0;
}
