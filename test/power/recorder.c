/*
 * Records what a process writes to files named data.mdb, and when it makes that durable; fails one
 * such call, or all from one on, if told so. Loaded with LD_PRELOAD.
 *
 * It takes orders through the file power-control, by write(): a text that begins with '!' is an
 * order, any other is a mark, which goes into the record among the calls:
 *
 *     !log PATH               record to this file from here on
 *     !off                    stop recording and failing
 *     !fail N KIND TIMES      fail the Nth call from here on, TIMES in all. KIND is eio (nothing is
 *                             written), late (written, then EIO), enospc, edquot, short or slow
 *     !lie                    answer syncs without making anything durable
 *
 * A record: kind (1 byte), length (4), offset (8), then the bytes, little-endian. W is a write that
 * was made, D that it is durable, S a sync that begins, Y that it has ended well, F that the call
 * failed, M a mark. Calls on data.mdb are made one at a time, so the record has their order.
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
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NONE, DATA, CONTROL };
enum { MAX_FD = 4096 };
static unsigned char role[MAX_FD], dsync[MAX_FD];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1, lies;
static long calls, fail_at, fail_times;
static char fail_kind[16];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void record(char kind, uint64_t offset, const void *bytes, uint32_t length) {
  unsigned char head[13];
  if (log_fd < 0) return;
  head[0] = kind;
  memcpy(head + 1, &length, 4);
  memcpy(head + 5, &offset, 8);
  struct iovec parts[] = {{head, sizeof head}, {(void *)bytes, length}};
  if (syscall(SYS_writev, log_fd, parts, length ? 2 : 1) != (long)(sizeof head + length)) {
    fprintf(stderr, "the recorder can't write its record\n");
    _exit(99);
  }
}

static int ends(const char *path, const char *end) {
  size_t a = strlen(path), b = strlen(end);
  return a >= b && strcmp(path + a - b, end) == 0;
}

static int opened(int fd, const char *path, int flags) {
  if (fd < 0 || fd >= MAX_FD) return fd;
  role[fd] = ends(path, "/data.mdb") ? DATA : ends(path, "/power-control") ? CONTROL : NONE;
  dsync[fd] = (flags & O_DSYNC) != 0;
  return fd;
}

#define OPENER(name, parameters, arguments)                  \
  int name parameters {                                      \
    mode_t mode = 0;                                         \
    if (flags & (O_CREAT | O_TMPFILE)) {                     \
      va_list rest;                                          \
      va_start(rest, flags);                                 \
      mode = va_arg(rest, mode_t);                           \
      va_end(rest);                                          \
    }                                                        \
    return opened(REAL(name) arguments, path, flags);        \
  }
OPENER(open, (const char *path, int flags, ...), (path, flags, mode))
OPENER(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENER(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPENER(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))

int close(int fd) {
  if (fd >= 0 && fd < MAX_FD) role[fd] = NONE;
  return REAL(close)(fd);
}

static void obey(const char *order) {
  char path[1024];
  if (sscanf(order, "!log %1023s", path) == 1) {
    if (log_fd >= 0) syscall(SYS_close, log_fd);
    log_fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  } else if (sscanf(order, "!fail %ld %15s %ld", &fail_at, fail_kind, &fail_times) == 3) {
    calls = 0;
  } else if (strncmp(order, "!lie", 4) == 0) {
    lies = 1;
  } else if (strncmp(order, "!off", 4) == 0) {
    if (log_fd >= 0) syscall(SYS_close, log_fd);
    log_fd = -1;
    fail_at = 0;
    lies = 0;
  }
}

static ssize_t control(const void *bytes, size_t length) {
  char text[1100];
  pthread_mutex_lock(&mutex);
  if (length > 0 && *(const char *)bytes == '!' && length < sizeof text) {
    memcpy(text, bytes, length);
    text[length] = 0;
    obey(text);
  } else {
    record('M', 0, bytes, length);
  }
  pthread_mutex_unlock(&mutex);
  return length;
}

/* Whether this call is to fail. */
static int fails(const char *kind) {
  if (fail_at == 0 || strcmp(kind, fail_kind) != 0) return 0;
  return calls >= fail_at && calls < fail_at + fail_times;
}

static void slow(void) {
  usleep(20000);
  record('M', 0, "slow", 4);
}

static ssize_t data_write(int fd, const char *bytes, size_t length, off_t offset) {
  pthread_mutex_lock(&mutex);
  calls++;
  ssize_t done = -1;
  int error = fails("eio") ? EIO : fails("enospc") ? ENOSPC : fails("edquot") ? EDQUOT : 0;
  int late = fails("late");
  if (!error) {
    size_t wanted = fails("short") ? length / 2 : length;
    if (fails("slow")) slow();
    done = syscall(SYS_pwrite64, fd, bytes, wanted, offset);
    error = errno;
    int durable = dsync[fd] && !late && !lies;
    if (done > 0) record('W', offset, bytes, done);
    if (done > 0 && durable) record('D', 0, NULL, 0);
    if (late) error = EIO;
  }
  if (late) done = -1;
  if (done < (ssize_t)length) record('F', offset, NULL, 0);
  pthread_mutex_unlock(&mutex);
  if (done < 0) errno = error;
  return done;
}

static int data_sync(int fd, long call) {
  pthread_mutex_lock(&mutex);
  calls++;
  int error = fails("eio") || fails("late") ? EIO : fails("enospc") ? ENOSPC
              : fails("edquot") ? EDQUOT : 0;
  record('S', 0, NULL, 0);
  if (fails("slow")) slow();
  int result = error ? -1 : syscall(call, fd);
  if (!error && result < 0) error = errno;
  if (result == 0 && !lies) record('Y', 0, NULL, 0);
  if (result < 0) record('F', 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  if (result < 0) errno = error;
  return result;
}

static ssize_t gathered(int fd, const struct iovec *parts, int count, off_t offset) {
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  char *bytes = malloc(length ? length : 1), *end = bytes;
  for (int i = 0; i < count; end += parts[i++].iov_len)
    memcpy(end, parts[i].iov_base, parts[i].iov_len);
  ssize_t done = data_write(fd, bytes, length, offset);
  int error = errno;
  free(bytes);
  errno = error;
  return done;
}

static int is(int fd, int what) { return fd >= 0 && fd < MAX_FD && role[fd] == what; }

ssize_t write(int fd, const void *bytes, size_t length) {
  if (is(fd, CONTROL)) return control(bytes, length);
  if (!is(fd, DATA)) return REAL(write)(fd, bytes, length);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = data_write(fd, bytes, length, offset);
  if (done > 0) lseek(fd, offset + done, SEEK_SET);
  return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is(fd, DATA)) return REAL(writev)(fd, parts, count);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = gathered(fd, parts, count, offset);
  if (done > 0) lseek(fd, offset + done, SEEK_SET);
  return done;
}

#define WRITER_AT(name)                                                        \
  ssize_t name(int fd, const void *bytes, size_t length, off_t offset) {       \
    if (is(fd, DATA)) return data_write(fd, bytes, length, offset);            \
    return REAL(name)(fd, bytes, length, offset);                              \
  }
WRITER_AT(pwrite)
WRITER_AT(pwrite64)

#define GATHERER_AT(name)                                                      \
  ssize_t name(int fd, const struct iovec *parts, int count, off_t offset) {   \
    if (is(fd, DATA)) return gathered(fd, parts, count, offset);               \
    return REAL(name)(fd, parts, count, offset);                               \
  }
GATHERER_AT(pwritev)
GATHERER_AT(pwritev64)

int fsync(int fd) { return is(fd, DATA) ? data_sync(fd, SYS_fsync) : REAL(fsync)(fd); }
int fdatasync(int fd) { return is(fd, DATA) ? data_sync(fd, SYS_fdatasync) : REAL(fdatasync)(fd); }

/* None of these is expected on the file: the record would be wrong without them. */
static int unforeseen(const char *what) {
  fprintf(stderr, "the recorder does not record %s of data.mdb\n", what);
  _exit(99);
}
int ftruncate(int fd, off_t length) {
  return is(fd, DATA) ? unforeseen("ftruncate") : REAL(ftruncate)(fd, length);
}
int ftruncate64(int fd, off_t length) {
  return is(fd, DATA) ? unforeseen("ftruncate") : REAL(ftruncate64)(fd, length);
}
int fallocate(int fd, int mode, off_t offset, off_t length) {
  return is(fd, DATA) ? unforeseen("fallocate") : REAL(fallocate)(fd, mode, offset, length);
}
int fallocate64(int fd, int mode, off_t offset, off_t length) {
  return is(fd, DATA) ? unforeseen("fallocate") : REAL(fallocate64)(fd, mode, offset, length);
}
