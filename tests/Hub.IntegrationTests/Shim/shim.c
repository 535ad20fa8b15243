// Stands between a hub and libc (LD_PRELOAD). What it does is said by the environment:
//   SHIM_ROOT     the data folder that is watched
//   SHIM_JOURNAL  every write, sync, change of names and answer is written here, in order (read by Journal.cs)
//   SHIM_KILL     "op:part:n:before|after": SIGKILL at the n-th op on a path (of an answer: text) that contains part, or ends
//                 with it when it is followed by $
//   SHIM_CLOCK    a file of 8 octets, nanoseconds that the wall clock is wrong by; may change at any time
//   SHIM_OFF      set: "synchronous = FULL" becomes "synchronous = OFF" on its way into SQLite
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { BIND = 1, WRITE, SIZE, BEGIN, SYNC, RENAME, UNLINK, MKDIR, LINK, RMDIR, ANSWER, UNSEEN };
enum { FDS = 65536 };

static struct { char *path; uint64_t inode; int folder; } files[FDS];
static pthread_mutex_t gate = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static const char *root, *off;
static size_t root_length;
static int journal = -1, kill_after, armed;
static uint64_t records, kill_at;
static char kill_op[16], kill_part[64];
static volatile const int64_t *skew;

static void *real(const char *name) {
  typedef void *(*lookup)(void *, const char *);
  static lookup find;
  const char *versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
  for (int i = 0; !find && i < 3; i++) find = (lookup)dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  return find(RTLD_NEXT, name);
}
#define REAL(name) static __typeof__(&name) f; if (!f) f = (__typeof__(&name))real(#name)

__attribute__((constructor)) static void start(void) {
  const char *file;
  if ((root = getenv("SHIM_ROOT"))) root_length = strlen(root);
  off = getenv("SHIM_OFF");
  if ((file = getenv("SHIM_JOURNAL"))) journal = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if ((file = getenv("SHIM_KILL"))) {
    char text[160], *rest = text;
    strncpy(text, file, sizeof text - 1);
    strncpy(kill_op, strsep(&rest, ":"), sizeof kill_op - 1);
    strncpy(kill_part, strsep(&rest, ":"), sizeof kill_part - 1);
    kill_at = strtoull(strsep(&rest, ":"), NULL, 10);
    kill_after = !strcmp(rest, "after");
    armed = 1;
  }
  if ((file = getenv("SHIM_CLOCK"))) {
    int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) skew = mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);
    if (skew == MAP_FAILED) skew = NULL;
  }
}

// A part that ends with $ is the path's end.
static int matches(const char *what) {
  size_t part = strlen(kill_part), length = strlen(what);
  if (!part || kill_part[part - 1] != '$') return strstr(what, kill_part) != NULL;
  return length >= part - 1 && !strncmp(what + length - (part - 1), kill_part, part - 1);
}

// Counts an op and dies at the named one. Call it with after = 0 and then 1.
static void point(const char *op, const char *what, int after) {
  if (!armed || strcmp(op, kill_op) || !what || !matches(what)) return;
  static __thread int due;
  if (!after) due = __atomic_sub_fetch(&kill_at, 1, __ATOMIC_SEQ_CST) == 0;
  if (due && after == kill_after) kill(getpid(), SIGKILL);
}

static uint64_t note(uint8_t type, uint64_t id, uint64_t number, const void *a, uint32_t a_length, const void *b, uint32_t b_length) {
  if (journal < 0) return 0;
  struct __attribute__((packed)) { uint8_t type; uint64_t id, number; uint32_t a, b; } head = {type, id, number, a_length, b_length};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)a, a_length}, {(void *)b, b_length}};
  syscall(SYS_writev, journal, parts, 3);
  return records++;
}

static const char *inside(const char *path) {
  if (!root || !path || strncmp(path, root, root_length) || (path[root_length] != '/' && path[root_length])) return NULL;
  return path + root_length;
}
static int watched(int fd) { return fd >= 0 && fd < FDS && files[fd].path; }
static void names(uint8_t type, const char *a, const char *b) { note(type, 0, 0, a, strlen(a), b, b ? strlen(b) : 0); }
#define LOCK pthread_mutex_lock(&gate)
#define UNLOCK do { int kept = errno; pthread_mutex_unlock(&gate); errno = kept; } while (0)

static int opened(const char *path, int flags, mode_t mode) {
  const char *name = inside(path);
  if (!name) return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  LOCK;
  struct stat s;
  int missing = stat(path, &s) != 0;
  int fd = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (fd >= 0 && fd < FDS && fstat(fd, &s) == 0) {
    files[fd].path = strdup(name);
    files[fd].inode = s.st_ino;
    files[fd].folder = S_ISDIR(s.st_mode);
    if (S_ISREG(s.st_mode)) note(BIND, s.st_ino, missing, name, strlen(name), NULL, 0);
    if (S_ISREG(s.st_mode) && (flags & O_TRUNC)) note(SIZE, s.st_ino, 0, NULL, 0, NULL, 0);
  }
  UNLOCK;
  return fd;
}
static mode_t mode_of(int flags, va_list rest) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; }
int open(const char *path, int flags, ...) {
  va_list rest; va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return opened(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  va_list rest; va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return opened(path, flags, mode);
}
int close(int fd) {
  if (watched(fd)) {
    LOCK;
    free(files[fd].path);
    files[fd].path = NULL;
    UNLOCK;
  }
  return syscall(SYS_close, fd);
}

static void wrote(int fd, const void *data, ssize_t length, off_t at) {
  if (length > 0) note(WRITE, files[fd].inode, at, data, length, NULL, 0);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
  REAL(pwrite64);
  if (!watched(fd)) return f(fd, data, length, at);
  point("write", files[fd].path, 0);
  LOCK;
  ssize_t done = f(fd, data, length, at);
  wrote(fd, data, done, at);
  UNLOCK;
  point("write", files[fd].path, 1);
  return done;
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  REAL(pwritev64);
  if (!watched(fd)) return f(fd, parts, count, at);
  point("write", files[fd].path, 0);
  LOCK;
  ssize_t done = f(fd, parts, count, at), left = done;
  for (int i = 0; i < count && left > 0; i++) {
    ssize_t part = left < (ssize_t)parts[i].iov_len ? left : (ssize_t)parts[i].iov_len;
    wrote(fd, parts[i].iov_base, part, at);
    at += part;
    left -= part;
  }
  UNLOCK;
  point("write", files[fd].path, 1);
  return done;
}
ssize_t write(int fd, const void *data, size_t length) {
  if (!watched(fd)) return syscall(SYS_write, fd, data, length);
  return pwrite64(fd, data, length, lseek(fd, 0, SEEK_CUR)) < 0 ? -1 : lseek(fd, length, SEEK_CUR) < 0 ? -1 : (ssize_t)length;
}
int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64);
  if (!watched(fd)) return f(fd, size);
  LOCK;
  int result = f(fd, size);
  if (result == 0) note(SIZE, files[fd].inode, size, NULL, 0, NULL, 0);
  UNLOCK;
  return result;
}
int fallocate64(int fd, int mode, off64_t at, off64_t length) {
  REAL(fallocate64);
  int result = f(fd, mode, at, length);
  if (watched(fd) && result == 0) names(UNSEEN, "fallocate", files[fd].path);
  return result;
}
void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t at) {
  REAL(mmap64);
  // SQLite's -shm is rebuilt from the -wal after a power cut.
  if (watched(fd) && (protection & PROT_WRITE) && (flags & MAP_SHARED) && !strstr(files[fd].path, "-shm")) names(UNSEEN, "mmap", files[fd].path);
  return f(address, length, protection, flags, fd, at);
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t count) {
  REAL(sendfile64);
  if (watched(out)) names(UNSEEN, "sendfile", files[out].path);
  return f(out, in, at, count);
}

static int synced(int fd, int call) {
  if (!watched(fd)) return syscall(call, fd);
  const char *path = files[fd].path;
  int folder = files[fd].folder;
  point("sync", path, 0);
  LOCK;
  uint64_t begun = note(BEGIN, files[fd].inode, 0, NULL, 0, NULL, 0);
  UNLOCK;
  int result = syscall(call, fd);
  LOCK;
  if (result == 0) note(SYNC, folder ? 0 : files[fd].inode, begun, path, strlen(path), NULL, 0);
  UNLOCK;
  point("sync", path, 1);
  return result;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int renamed(uint8_t type, const char *op, const char *a, const char *b, int (*f)(const char *, const char *)) {
  const char *from = inside(a), *to = inside(b);
  if (!from || !to) return f(a, b);
  point(op, to, 0);
  LOCK;
  int result = f(a, b);
  if (result == 0) names(type, from, to);
  UNLOCK;
  point(op, to, 1);
  return result;
}
int rename(const char *a, const char *b) { REAL(rename); return renamed(RENAME, "rename", a, b, f); }
int link(const char *a, const char *b) { REAL(link); return renamed(LINK, "rename", a, b, f); }

static int changed(uint8_t type, const char *op, const char *path, int call, mode_t mode) {
  const char *name = inside(path);
  if (!name) return syscall(call, path, mode);
  point(op, name, 0);
  LOCK;
  int result = syscall(call, path, mode);
  if (result == 0) names(type, name, NULL);
  UNLOCK;
  point(op, name, 1);
  return result;
}
int unlink(const char *path) { return changed(UNLINK, "unlink", path, SYS_unlink, 0); }
int mkdir(const char *path, mode_t mode) { return changed(MKDIR, "mkdir", path, SYS_mkdir, mode); }
int rmdir(const char *path) { return changed(RMDIR, "rmdir", path, SYS_rmdir, 0); }

// What the hub says is noted before it leaves: nothing synced later counts for it.
static int answers(const void *data, size_t length, char *text) {
  if (length < 12 || memcmp(data, "HTTP/1.1 2", 10)) return 0;
  size_t part = length < 1023 ? length : 1023;
  memcpy(text, data, part);
  text[part] = 0;
  point("answer", text, 0);
  LOCK;
  note(ANSWER, 0, 0, text, part, NULL, 0);
  UNLOCK;
  return 1;
}
ssize_t send(int fd, const void *data, size_t length, int flags) {
  REAL(send);
  char text[1024];
  int answer = answers(data, length, text);
  ssize_t done = f(fd, data, length, flags);
  if (answer) point("answer", text, 1);
  return done;
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  REAL(sendmsg);
  char text[1024];
  int answer = message->msg_iovlen > 0 && answers(message->msg_iov[0].iov_base, message->msg_iov[0].iov_len, text);
  ssize_t done = f(fd, message, flags);
  if (answer) point("answer", text, 1);
  return done;
}

int clock_gettime(clockid_t clock, struct timespec *t) {
  REAL(clock_gettime);
  int result = f(clock, t);
  if (result || !skew || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  int64_t at = t->tv_sec * 1000000000LL + t->tv_nsec + *skew;
  t->tv_sec = at / 1000000000LL;
  t->tv_nsec = at % 1000000000LL;
  return 0;
}
int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  t->tv_sec = now.tv_sec;
  t->tv_usec = now.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *t) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (t) *t = now.tv_sec;
  return now.tv_sec;
}

typedef int (*prepare)(void *, const char *, int, void *, void *);
static prepare prepares;
static int prepared(void *database, const char *sql, int length, void *statement, void *tail) {
  char *full = length > 0 ? memmem(sql, length, "synchronous = FULL", 18) : strstr(sql, "synchronous = FULL");
  if (full) memcpy(full + 14, "OFF ", 4);
  return prepares(database, sql, length, statement, tail);
}
// .NET asks libraries for functions by name and would go past what stands before libc.
void *dlsym(void *restrict handle, const char *restrict name) {
  static void *(*f)(void *, const char *);
  if (!f) f = real("dlsym");
  if (!strcmp(name, "fsync")) return fsync;
  if (!strcmp(name, "open")) return open;
  if (!strcmp(name, "close")) return close;
  if (off && !strcmp(name, "sqlite3_prepare_v2")) {
    prepares = f(handle, name);
    return prepared;
  }
  return f(handle, name);
}
