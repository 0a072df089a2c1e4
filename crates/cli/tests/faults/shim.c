/* Writes down, in order, what a program does to the files below one folder: what it wrote, and what it had flushed. From
 * that, a test builds what a disk may hold after the power failed. Preloaded into the program under test and nowhere else.
 *
 * CASEMATE_FAULT_ROOT   the folder, as the program names it
 * CASEMATE_FAULT_LOG    the file that takes the records; see journal.rs for their form
 * CASEMATE_FAULT_FLUSH  while a file of this name exists, every flush fails with EIO and flushes nothing
 * CASEMATE_FAULT_LIES   where it is set, every flush succeeds and flushes nothing
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, WRITE, SIZE, FLUSH, RENAME, UNLINK, FOLDER, FAILED };
enum { CREATED = 1, EMPTIED = 2, IS_FOLDER = 4 };
#define INODES 65536

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *failing, *lies;
static dev_t disk;
static size_t root_length;
static int journal = -1;
static ino_t known[INODES];

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static ssize_t plain_writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    return real(fd, parts, count);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("CASEMATE_FAULT_LOG");
    root = getenv("CASEMATE_FAULT_ROOT");
    failing = getenv("CASEMATE_FAULT_FLUSH");
    lies = getenv("CASEMATE_FAULT_LIES");
    struct stat what;
    if (!root || !path || stat(root, &what) != 0) { root = NULL; return; }
    disk = what.st_dev;
    root_length = strlen(root);
    REAL(open);
    journal = real(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0) abort();
}

static int is_below(const char *path) {
    return root && path && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]);
}

/* kind, flags, inode, offset, two lengths, and as many bytes. */
static void note(uint8_t kind, uint8_t flags, uint64_t inode, uint64_t offset, const void *one, uint64_t ones,
                 const void *other, uint64_t others) {
    unsigned char head[34] = { kind, flags };
    memcpy(head + 2, &inode, 8);
    memcpy(head + 10, &offset, 8);
    memcpy(head + 18, &ones, 8);
    memcpy(head + 26, &others, 8);
    struct iovec parts[3] = { { head, sizeof head }, { (void *)one, ones }, { (void *)other, others } };
    ssize_t length = (ssize_t)(sizeof head + ones + others);
    if (plain_writev(journal, parts, 3) != length) abort();
}

static size_t slot(ino_t inode) {
    size_t place = (size_t)inode % INODES;
    while (known[place] && known[place] != inode) place = (place + 1) % INODES;
    return place;
}

/* The inode of a file that was opened below the root; 0 of any other. */
static ino_t inode_of(int fd) {
    struct stat what;
    if (!root || fd == journal || fstat(fd, &what) != 0) return 0;
    if (what.st_dev != disk || (!S_ISREG(what.st_mode) && !S_ISDIR(what.st_mode))) return 0;
    return known[slot(what.st_ino)] ? what.st_ino : 0;
}

static void opened(int fd, const char *path, int existed, int flags) {
    struct stat what;
    int before = errno;
    if (fstat(fd, &what) == 0) {
        uint8_t said = S_ISDIR(what.st_mode) ? IS_FOLDER : !existed ? CREATED : (flags & O_TRUNC) ? EMPTIED : 0;
        known[slot(what.st_ino)] = what.st_ino;
        note(OPEN, said, what.st_ino, 0, path, strlen(path), "", 0);
    }
    errno = before;
}

static int open_as(int folder, const char *path, int flags, mode_t mode) {
    REAL(openat);
    if (!is_below(path)) return real(folder, path, flags, mode);
    pthread_mutex_lock(&turn);
    int existed = access(path, F_OK) == 0;
    int fd = real(folder, path, flags, mode);
    if (fd >= 0) opened(fd, path, existed, flags);
    pthread_mutex_unlock(&turn);
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags) return open_as(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_as(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_as(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_as(folder, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_as(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

static ssize_t put(int fd, const void *bytes, size_t length, off_t offset) {
    REAL(pwrite);
    ino_t inode = inode_of(fd);
    if (!inode) return real(fd, bytes, length, offset);
    pthread_mutex_lock(&turn);
    ssize_t written = real(fd, bytes, length, offset);
    if (written > 0) note(WRITE, 0, inode, (uint64_t)offset, bytes, (uint64_t)written, "", 0);
    pthread_mutex_unlock(&turn);
    return written;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return put(fd, bytes, length, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) { return put(fd, bytes, length, offset); }

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(write);
    ino_t inode = inode_of(fd);
    if (!inode) return real(fd, bytes, length);
    pthread_mutex_lock(&turn);
    ssize_t written = real(fd, bytes, length);
    if (written > 0) {
        off_t end = lseek(fd, 0, SEEK_CUR);
        note(WRITE, 0, inode, (uint64_t)(end - written), bytes, (uint64_t)written, "", 0);
    }
    pthread_mutex_unlock(&turn);
    return written;
}

/* What these would do is done piece by piece, which a caller of them has to bear anyway. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (!inode_of(fd)) return plain_writev(fd, parts, count);
    for (int part = 0; part < count; part++)
        if (parts[part].iov_len) return write(fd, parts[part].iov_base, parts[part].iov_len);
    return 0;
}
static ssize_t put_parts(int fd, const struct iovec *parts, int count, off_t offset) {
    REAL(pwritev);
    if (!inode_of(fd)) return real(fd, parts, count, offset);
    for (int part = 0; part < count; part++)
        if (parts[part].iov_len) return put(fd, parts[part].iov_base, parts[part].iov_len, offset);
    return 0;
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return put_parts(fd, parts, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) { return put_parts(fd, parts, count, offset); }

static int resize(int fd, off_t size) {
    REAL(ftruncate);
    ino_t inode = inode_of(fd);
    if (!inode) return real(fd, size);
    pthread_mutex_lock(&turn);
    int answer = real(fd, size);
    if (answer == 0) note(SIZE, 0, inode, (uint64_t)size, "", 0, "", 0);
    pthread_mutex_unlock(&turn);
    return answer;
}
int ftruncate(int fd, off_t size) { return resize(fd, size); }
int ftruncate64(int fd, off_t size) { return resize(fd, size); }

static int allocate(int fd, int mode, off_t offset, off_t length) {
    REAL(fallocate);
    ino_t inode = inode_of(fd);
    if (!inode) return real(fd, mode, offset, length);
    struct stat what;
    pthread_mutex_lock(&turn);
    int answer = real(fd, mode, offset, length);
    if (answer == 0 && fstat(fd, &what) == 0) note(SIZE, 0, inode, (uint64_t)what.st_size, "", 0, "", 0);
    pthread_mutex_unlock(&turn);
    return answer;
}
int fallocate(int fd, int mode, off_t offset, off_t length) { return allocate(fd, mode, offset, length); }
int fallocate64(int fd, int mode, off_t offset, off_t length) { return allocate(fd, mode, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) { return allocate(fd, 0, offset, length) == 0 ? 0 : errno; }
int posix_fallocate64(int fd, off_t offset, off_t length) { return allocate(fd, 0, offset, length) == 0 ? 0 : errno; }

static int flush(int fd, int (*real)(int)) {
    ino_t inode = inode_of(fd);
    if (!inode) return real(fd);
    pthread_mutex_lock(&turn);
    if (failing && access(failing, F_OK) == 0) {
        note(FAILED, 0, inode, 0, "", 0, "", 0);
        pthread_mutex_unlock(&turn);
        errno = EIO;
        return -1;
    }
    /* Nothing is flushed in fact: what was to be is in the journal, and the test's power failure is no real one. */
    if (!lies) note(FLUSH, 0, inode, 0, "", 0, "", 0);
    pthread_mutex_unlock(&turn);
    return 0;
}
int fsync(int fd) { REAL(fsync); return flush(fd, real); }
int fdatasync(int fd) { REAL(fdatasync); return flush(fd, real); }

int rename(const char *from, const char *to) {
    REAL(rename);
    if (!is_below(from) && !is_below(to)) return real(from, to);
    pthread_mutex_lock(&turn);
    int answer = real(from, to);
    if (answer == 0) note(RENAME, 0, 0, 0, from, strlen(from), to, strlen(to));
    pthread_mutex_unlock(&turn);
    return answer;
}

int unlink(const char *path) {
    REAL(unlink);
    if (!is_below(path)) return real(path);
    pthread_mutex_lock(&turn);
    int answer = real(path);
    if (answer == 0) note(UNLINK, 0, 0, 0, path, strlen(path), "", 0);
    pthread_mutex_unlock(&turn);
    return answer;
}

int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    if (!is_below(path)) return real(path, mode);
    pthread_mutex_lock(&turn);
    int answer = real(path, mode);
    if (answer == 0) note(FOLDER, 0, 0, 0, path, strlen(path), "", 0);
    pthread_mutex_unlock(&turn);
    return answer;
}
