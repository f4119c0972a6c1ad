/* Preloaded into gotm: while the file named by GOTM_FAULTS has the word, the next reading of a packet socket's statistics fails, once
   (capture); each write claims to have written a byte more than it was given, which no caller expects (output); fsync does not return
   (hold). The Java side finds C functions by dlsym, so that is where it is given another. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int says(const char *word) {
  char text[64] = {0};
  const char *path = getenv("GOTM_FAULTS");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  return n > 0 && strstr(text, word) != NULL;
}

static int failing_getsockopt(int fd, int level, int option, void *value, socklen_t *length) {
  static int failed;
  if (level == SOL_PACKET && option == PACKET_STATISTICS && says("capture") && !__sync_lock_test_and_set(&failed, 1)) {
    errno = EIO;
    return -1;
  }
  return getsockopt(fd, level, option, value, length);
}

void *dlsym(void *handle, const char *name) {
  static const char *versions[] = {"GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17"};
  static void *(*real)(void *, const char *);
  for (int i = 0; !real && i < 3; i++) real = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  if (!real) abort();
  return strcmp(name, "getsockopt") == 0 ? (void *)failing_getsockopt : real(handle, name);
}

ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  ssize_t written = real(fd, from, length, at);
  return written > 0 && says("output") ? (ssize_t)length + 1 : written;
}

static int held(const char *name, int fd) {
  while (says("hold")) usleep(1000);
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return held("fsync", fd); }

int fdatasync(int fd) { return held("fdatasync", fd); }
