/* Preloaded: the file named by GOTM_FAULTS holds a kind and a number n; the nth call of that kind fails with EIO, once, and the file is
   emptied then. Kinds: write, fsync, rename; short is a write that writes half, before the next one fails, truncate the same, and the
   file cannot be shortened afterwards. Calls are counted anew for each text of the file. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char counted[64];
static int calls, write_fails, truncate_fails;

/* True if this call of a kind is the one to fail. */
static int due(const char *kind) {
  char text[64] = {0}, word[32];
  int n, hit = 0;
  const char *path = getenv("GOTM_FAULTS");
  int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  pthread_mutex_lock(&lock);
  if (read(fd, text, sizeof text - 1) > 0 && sscanf(text, "%31s %d", word, &n) == 2) {
    if (strcmp(text, counted) != 0) {
      strcpy(counted, text);
      calls = write_fails = truncate_fails = 0;
    }
    if (strcmp(word, kind) == 0 && ++calls == n) hit = ftruncate(fd, 0) == 0;
  }
  pthread_mutex_unlock(&lock);
  close(fd);
  return hit;
}

static int fail(void) {
  errno = EIO;
  return -1;
}

ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  if (__sync_lock_test_and_set(&write_fails, 0) || due("write")) return fail();
  int truncates = due("truncate");
  if (truncates || due("short")) {
    size_t half = length % 4096 == 0 ? length / 2 & ~(size_t)4095 : length / 2;
    truncate_fails = truncates;
    if (half == 0) return fail();
    write_fails = 1;
    return real(fd, from, half, at);
  }
  return real(fd, from, length, at);
}

int ftruncate64(int fd, off64_t length) {
  static int (*real)(int, off64_t);
  if (!real) real = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
  return __sync_lock_test_and_set(&truncate_fails, 0) ? fail() : real(fd, length);
}

static int sync_by(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return due("fsync") ? fail() : real(fd);
}

int fsync(int fd) { return sync_by("fsync", fd); }

int fdatasync(int fd) { return sync_by("fdatasync", fd); }

int rename(const char *from, const char *to) {
  static int (*real)(const char *, const char *);
  if (!real) real = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  return due("rename") ? fail() : real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  static int (*real)(int, const char *, int, const char *);
  if (!real) real = (int (*)(int, const char *, int, const char *))dlsym(RTLD_NEXT, "renameat");
  return due("rename") ? fail() : real(from_folder, from, to_folder, to);
}
