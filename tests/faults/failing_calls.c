/* Calls of the C library that write below one folder are counted; the n-th fails, or ends the process.

   Loaded before the C library (LD_PRELOAD), so that it sees what every library writes, not Python alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 65536
#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static char watched[PATH_MAX];
static size_t watched_length;
static long counted, fails_at;
static int fails_with; /* an error number; 0 ends the process */
static int stays; /* whether later calls fail too, as on a disk that is full */
static char failed[PATH_MAX + 64];
static unsigned char is_watched_file[MOST_FILES]; /* 1 where it is below the folder, 3 where it is also written to */

void faults_watch(const char *folder) {
    snprintf(watched, sizeof watched, "%s", folder);
    watched_length = strlen(watched);
    counted = 0;
    failed[0] = 0;
}
void faults_at(long call, int number, int stay) { fails_at = call; fails_with = number; stays = stay; }
long faults_counted(void) { return counted; }
const char *faults_failed(void) { return failed; }

static int is_watched(int folder, const char *path) {
    static __thread char whole[2 * PATH_MAX], below[PATH_MAX], link[64];
    if (!watched_length || !path) return 0;
    if (path[0] == '/') return !strncmp(path, watched, watched_length);
    if (folder == AT_FDCWD) {
        if (!getcwd(below, sizeof below)) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, below, sizeof below - 1);
        if (length < 0) return 0;
        below[length] = 0;
    }
    snprintf(whole, sizeof whole, "%s/%s", below, path);
    return !strncmp(whole, watched, watched_length);
}

/* Whether an error that stays meets a call: a full disk lets go of files, and rights are asked of names alone. */
static int meets(const char *name) {
    int of_name = strcmp(name, "write") && strcmp(name, "writev") && strcmp(name, "pwrite") && strcmp(name, "close") &&
                  strcmp(name, "fsync") && strcmp(name, "truncate");
    if (fails_with == ENOSPC) return strcmp(name, "unlink") && strcmp(name, "rmdir") && strcmp(name, "close");
    return fails_with != EACCES || of_name;
}
/* Whether this call is the one that fails; it then has set errno. */
static int fails(const char *name, const char *path) {
    if (++counted < fails_at || !fails_at) return 0;
    if (counted > fails_at && !(stays && meets(name))) return 0;
    if (!fails_with) kill(getpid(), SIGKILL);
    if (!failed[0]) snprintf(failed, sizeof failed, "%s %s", name, path ? path : "");
    errno = fails_with;
    return 1;
}
static int file_fails(const char *name, int file) {
    return file >= 0 && file < MOST_FILES && is_watched_file[file] == 3 && fails(name, "");
}
static int opened(int file, int flags, int is_ours) {
    if (file >= 0 && file < MOST_FILES) is_watched_file[file] = is_ours ? ((flags & O_ACCMODE) != O_RDONLY ? 3 : 1) : 0;
    return file;
}

#define MODE \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        MODE; REAL(int, #name, const char *, int, ...); \
        int ours = is_watched(AT_FDCWD, path), writes = (flags & O_ACCMODE) != O_RDONLY; \
        if (ours && writes && fails("open", path)) return -1; \
        return opened(real(path, flags, mode), flags, ours); \
    }
#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        MODE; REAL(int, #name, int, const char *, int, ...); \
        int ours = is_watched(folder, path), writes = (flags & O_ACCMODE) != O_RDONLY; \
        if (ours && writes && fails("open", path)) return -1; \
        return opened(real(folder, path, flags, mode), flags, ours); \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

FILE *fopen(const char *path, const char *mode) {
    REAL(FILE *, "fopen", const char *, const char *);
    if (strpbrk(mode, "wa+") && is_watched(AT_FDCWD, path) && fails("fopen", path)) return NULL;
    return real(path, mode);
}
FILE *fopen64(const char *path, const char *mode) {
    REAL(FILE *, "fopen64", const char *, const char *);
    if (strpbrk(mode, "wa+") && is_watched(AT_FDCWD, path) && fails("fopen", path)) return NULL;
    return real(path, mode);
}
ssize_t write(int file, const void *bytes, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (file_fails("write", file)) return -1;
    return real(file, bytes, size);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    if (file_fails("writev", file)) return -1;
    return real(file, parts, count);
}
#define PWRITE(name) \
    ssize_t name(int file, const void *bytes, size_t size, off_t at) { \
        REAL(ssize_t, #name, int, const void *, size_t, off_t); \
        if (file_fails("pwrite", file)) return -1; \
        return real(file, bytes, size, at); \
    }
PWRITE(pwrite)
PWRITE(pwrite64)
#define OF_FILE(name, shown) \
    int name(int file) { /* also of a file that was opened for reading */ \
        REAL(int, #name, int); \
        if (file >= 0 && file < MOST_FILES && is_watched_file[file] && fails(shown, "")) return -1; \
        return real(file); \
    }
OF_FILE(fsync, "fsync")
OF_FILE(fdatasync, "fsync")
#define TRUNCATE(name) \
    int name(int file, off_t size) { \
        REAL(int, #name, int, off_t); \
        if (file_fails("truncate", file)) return -1; \
        return real(file, size); \
    }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)
int close(int file) { /* it is closed all the same, as the system does */
    REAL(int, "close", int);
    int failing = file_fails("close", file), number = errno;
    if (file >= 0 && file < MOST_FILES) is_watched_file[file] = 0;
    int done = real(file);
    if (!failing) return done;
    errno = number;
    return -1;
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    if (is_watched(AT_FDCWD, path) && fails("mkdir", path)) return -1;
    return real(path, mode);
}
int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    if (is_watched(folder, path) && fails("mkdir", path)) return -1;
    return real(folder, path, mode);
}
#define OF_PATH(name, shown) \
    int name(const char *path) { \
        REAL(int, #name, const char *); \
        if (is_watched(AT_FDCWD, path) && fails(shown, path)) return -1; \
        return real(path); \
    }
OF_PATH(unlink, "unlink")
OF_PATH(rmdir, "rmdir")
OF_PATH(remove, "unlink")
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    if (is_watched(folder, path) && fails("unlink", path)) return -1;
    return real(folder, path, flags);
}
#define OF_TWO(name, shown) \
    int name(const char *one, const char *other) { \
        REAL(int, #name, const char *, const char *); \
        if (is_watched(AT_FDCWD, other) && fails(shown, other)) return -1; \
        return real(one, other); \
    }
OF_TWO(rename, "rename")
OF_TWO(link, "link")
OF_TWO(symlink, "symlink")
int renameat(int from, const char *one, int to, const char *other) {
    REAL(int, "renameat", int, const char *, int, const char *);
    if (is_watched(to, other) && fails("rename", other)) return -1;
    return real(from, one, to, other);
}
int renameat2(int from, const char *one, int to, const char *other, unsigned int flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned int);
    if (is_watched(to, other) && fails(flags & 2 ? "exchange" : "rename", other)) return -1;
    return real(from, one, to, other, flags);
}
int linkat(int from, const char *one, int to, const char *other, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    if (is_watched(to, other) && fails("link", other)) return -1;
    return real(from, one, to, other, flags);
}
