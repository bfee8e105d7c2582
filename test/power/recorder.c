/*
 * Records what a process writes to the files of a store, and when it makes that durable; fails one
 * such call, or all from one on, if told so. Loaded with LD_PRELOAD.
 *
 * It takes orders through the file power-control, by write(): a text that begins with '!' is an
 * order, any other is a mark, which goes into the record among the calls:
 *
 *     !log PATH               record to this file from here on
 *     !off                    stop recording and failing
 *     !fail N KIND TIMES FILES CALLS
 *                             fail the Nth of these calls from here on, TIMES in all. KIND is eio
 *                             (nothing is written), late (written, then EIO), enospc, edquot, short
 *                             or slow. FILES is directory, data, segment or slot, CALLS write or
 *                             sync. A change of the length counts as a write
 *     !delay US               a sync, or a write through O_DSYNC, takes so long
 *     !lie                    answer syncs without making anything durable
 *
 * A record: kind (1 byte), file (1), length (4), offset (8), then the bytes, little-endian. W is a
 * write that begins, D that it is durable, F that it failed. T is a change of the file's length to
 * the offset. S is a sync that begins, Y that it has ended well, Z that it failed. C is a new name,
 * U a removed one, M a mark. File 0 is the directory, 1 data.mdb, 2 and 3 the segments of the
 * journal, and the rest its slots.
 *
 * Calls on one file are made one at a time, so the record has their order. A write is recorded
 * before it is made: in between, calls on other files may begin and end.
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
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NONE, DIRECTORY = 0, DATA = 1, SEGMENT = 2, SLOT = 4, CONTROL = 255 };
enum { MAX_FD = 4096, MAX_FILES = 250 };
static unsigned char role[MAX_FD], dsync[MAX_FD];
/** Guards the record and all that is below. Taken last. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t busy[MAX_FILES] = {[0 ... MAX_FILES - 1] = PTHREAD_MUTEX_INITIALIZER};
static int log_fd = -1, lies;
static long calls, fail_at, fail_times, delay_us;
static char fail_kind[16], fail_files[16], fail_calls[16];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The record would be wrong without it. */
static void unforeseen(const char *what) {
  fprintf(stderr, "the recorder does not record %s\n", what);
  _exit(99);
}

static void add(char kind, int file, uint64_t offset, const void *bytes, uint32_t length) {
  unsigned char head[14];
  if (log_fd < 0) return;
  head[0] = kind;
  head[1] = file;
  memcpy(head + 2, &length, 4);
  memcpy(head + 6, &offset, 8);
  struct iovec parts[] = {{head, sizeof head}, {(void *)bytes, length}};
  if (syscall(SYS_writev, log_fd, parts, length ? 2 : 1) != (long)(sizeof head + length))
    unforeseen("what has no space in its record");
}

static void record(char kind, int file, uint64_t offset, const void *bytes, uint32_t length) {
  pthread_mutex_lock(&mutex);
  add(kind, file, offset, bytes, length);
  pthread_mutex_unlock(&mutex);
}

static int ends(const char *path, const char *end) {
  size_t a = strlen(path), b = strlen(end);
  return a >= b && strcmp(path + a - b, end) == 0;
}

static int role_of(const char *path) {
  const char *slot = strstr(path, "/journal-slot-");
  if (ends(path, "/data.mdb")) return DATA;
  if (ends(path, "/journal-0")) return SEGMENT;
  if (ends(path, "/journal-1")) return SEGMENT + 1;
  if (ends(path, "/power-control")) return CONTROL;
  if (!slot) return NONE;
  int number = atoi(slot + strlen("/journal-slot-"));
  if (SLOT + number >= MAX_FILES) unforeseen("so many slots");
  return SLOT + number;
}

static int is_of_store(int what) { return what != NONE && what != CONTROL; }

/* Whether the call will make a file of the store. */
static int will_make(const char *path, int flags) {
  if (!is_of_store(role_of(path))) return 0;
  if (flags & O_TRUNC) unforeseen("O_TRUNC");
  return (flags & O_CREAT) && access(path, F_OK) != 0;
}

static int opened(int fd, const char *path, int flags, int made) {
  if (fd < 0) return fd;
  if (fd >= MAX_FD) unforeseen("so many descriptors");
  role[fd] = role_of(path);
  dsync[fd] = (flags & O_DSYNC) != 0;
  if (made) record('C', role[fd], 0, NULL, 0);
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
    int made = will_make(path, flags);                       \
    return opened(REAL(name) arguments, path, flags, made);  \
  }
OPENER(open, (const char *path, int flags, ...), (path, flags, mode))
OPENER(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENER(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPENER(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))

int close(int fd) {
  if (fd >= 0 && fd < MAX_FD) role[fd] = NONE;
  return REAL(close)(fd);
}

int unlink(const char *path) {
  int result = REAL(unlink)(path);
  int what = role_of(path);
  if (result == 0 && is_of_store(what)) record('U', what, 0, NULL, 0);
  return result;
}

static void obey(const char *order) {
  char path[1024];
  if (sscanf(order, "!log %1023s", path) == 1) {
    if (log_fd >= 0) syscall(SYS_close, log_fd);
    log_fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  } else if (sscanf(order, "!fail %ld %15s %ld %15s %15s", &fail_at, fail_kind, &fail_times,
                    fail_files, fail_calls) == 5) {
    calls = 0;
  } else if (sscanf(order, "!delay %ld", &delay_us) == 1) {
  } else if (strncmp(order, "!lie", 4) == 0) {
    lies = 1;
  } else if (strncmp(order, "!off", 4) == 0) {
    if (log_fd >= 0) syscall(SYS_close, log_fd);
    log_fd = -1;
    fail_at = 0;
    delay_us = 0;
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
    add('M', DIRECTORY, 0, bytes, length);
  }
  pthread_mutex_unlock(&mutex);
  return length;
}

/* How this call is to fail; empty: it is not. */
static const char *fault(int file, const char *call) {
  const char *files = file == DIRECTORY ? "directory" : file == DATA ? "data"
                      : file < SLOT ? "segment" : "slot";
  if (strcmp(files, fail_files) != 0 || strcmp(call, fail_calls) != 0) return "";
  pthread_mutex_lock(&mutex);
  calls++;
  int fails = fail_at != 0 && calls >= fail_at && calls < fail_at + fail_times;
  pthread_mutex_unlock(&mutex);
  return fails ? fail_kind : "";
}

/* The error of a call that does nothing. */
static int error_of(const char *kind) {
  if (strcmp(kind, "eio") == 0) return EIO;
  if (strcmp(kind, "enospc") == 0) return ENOSPC;
  return strcmp(kind, "edquot") == 0 ? EDQUOT : 0;
}

static void wait_if(const char *kind) {
  if (strcmp(kind, "slow") != 0) return;
  record('M', DIRECTORY, 0, "slow", 4);
  usleep(20000);
}

static ssize_t store_write(int fd, const char *bytes, size_t length, off_t offset) {
  int file = role[fd];
  pthread_mutex_lock(&busy[file]);
  const char *kind = fault(file, "write");
  int error = error_of(kind), late = strcmp(kind, "late") == 0;
  ssize_t done = -1;
  if (!error) {
    size_t wanted = strcmp(kind, "short") == 0 ? length / 2 : length;
    record('W', file, offset, bytes, wanted);
    wait_if(kind);
    if (dsync[fd] && delay_us) usleep(delay_us);
    done = syscall(SYS_pwrite64, fd, bytes, wanted, offset);
    if (done != (ssize_t)wanted) unforeseen("a write that fails by itself");
    if (dsync[fd] && !late && !lies) record('D', file, 0, NULL, 0);
    if (late) error = EIO;
    if (late) done = -1;
  }
  if (done < (ssize_t)length) record('F', file, offset, NULL, 0);
  pthread_mutex_unlock(&busy[file]);
  if (done < 0) errno = error;
  return done;
}

static int store_sync(int fd, int file, long call) {
  pthread_mutex_lock(&busy[file]);
  const char *kind = fault(file, "sync");
  int error = strcmp(kind, "late") == 0 ? EIO : error_of(kind);
  record('S', file, 0, NULL, 0);
  wait_if(kind);
  if (delay_us) usleep(delay_us);
  int result = error ? -1 : syscall(call, fd);
  if (!error && result < 0) error = errno;
  if (result < 0) record('Z', file, 0, NULL, 0);
  else if (!lies) record('Y', file, 0, NULL, 0);
  pthread_mutex_unlock(&busy[file]);
  if (result < 0) errno = error;
  return result;
}

static int store_truncate(int fd, off_t length) {
  int file = role[fd];
  pthread_mutex_lock(&busy[file]);
  const char *kind = fault(file, "write");
  int error = error_of(kind), late = strcmp(kind, "late") == 0;
  if (!error) {
    record('T', file, length, NULL, 0);
    wait_if(kind);
    if (syscall(SYS_ftruncate, fd, length) != 0) unforeseen("an ftruncate that fails by itself");
    if (late) error = EIO;
  }
  if (error) record('F', file, 0, NULL, 0);
  pthread_mutex_unlock(&busy[file]);
  if (error) errno = error;
  return error ? -1 : 0;
}

static ssize_t gathered(int fd, const struct iovec *parts, int count, off_t offset) {
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  char *bytes = malloc(length ? length : 1), *end = bytes;
  for (int i = 0; i < count; end += parts[i++].iov_len)
    memcpy(end, parts[i].iov_base, parts[i].iov_len);
  ssize_t done = store_write(fd, bytes, length, offset);
  int error = errno;
  free(bytes);
  errno = error;
  return done;
}

static int is_control(int fd) { return fd >= 0 && fd < MAX_FD && role[fd] == CONTROL; }
static int is_store(int fd) { return fd >= 0 && fd < MAX_FD && is_of_store(role[fd]); }

static int is_directory(int fd) {
  struct stat about;
  return fstat(fd, &about) == 0 && S_ISDIR(about.st_mode);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (is_control(fd)) return control(bytes, length);
  if (!is_store(fd)) return REAL(write)(fd, bytes, length);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = store_write(fd, bytes, length, offset);
  if (done > 0) lseek(fd, offset + done, SEEK_SET);
  return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (!is_store(fd)) return REAL(writev)(fd, parts, count);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t done = gathered(fd, parts, count, offset);
  if (done > 0) lseek(fd, offset + done, SEEK_SET);
  return done;
}

#define WRITER_AT(name)                                                        \
  ssize_t name(int fd, const void *bytes, size_t length, off_t offset) {       \
    if (is_store(fd)) return store_write(fd, bytes, length, offset);           \
    return REAL(name)(fd, bytes, length, offset);                              \
  }
WRITER_AT(pwrite)
WRITER_AT(pwrite64)

#define GATHERER_AT(name)                                                      \
  ssize_t name(int fd, const struct iovec *parts, int count, off_t offset) {   \
    if (is_store(fd)) return gathered(fd, parts, count, offset);               \
    return REAL(name)(fd, parts, count, offset);                               \
  }
GATHERER_AT(pwritev)
GATHERER_AT(pwritev64)

#define SYNCER(name)                                                           \
  int name(int fd) {                                                           \
    if (is_store(fd)) return store_sync(fd, role[fd], SYS_##name);             \
    if (is_directory(fd)) return store_sync(fd, DIRECTORY, SYS_##name);        \
    return REAL(name)(fd);                                                     \
  }
SYNCER(fsync)
SYNCER(fdatasync)

#define TRUNCATER(name)                                                        \
  int name(int fd, off_t length) {                                             \
    return is_store(fd) ? store_truncate(fd, length) : REAL(name)(fd, length); \
  }
TRUNCATER(ftruncate)
TRUNCATER(ftruncate64)

#define ALLOCATER(name)                                                        \
  int name(int fd, int mode, off_t offset, off_t length) {                     \
    if (is_store(fd)) unforeseen("fallocate");                                 \
    return REAL(name)(fd, mode, offset, length);                               \
  }
ALLOCATER(fallocate)
ALLOCATER(fallocate64)
