/* Preloaded: for as long as the file named by GOTM_FAULTS says so, fsync and fdatasync of regular files fail (eio) or do not return (hang),
   those of folders fail (folder), or no file gets a finished name (norename); or every other write writes half and the rest fail, and
   no file can be shortened (quota); or, but for half of one write, nothing can be written, shortened, synced or renamed (abort); or nothing at all (readonly). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int says(const char *word) {
  char text[16] = {0};
  const char *path = getenv("GOTM_FAULTS");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  return n > 0 && strncmp(text, word, strlen(word)) == 0;
}

static int fault(int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) return 0;
  if (S_ISDIR(st.st_mode)) return says("folder");
  if (!S_ISREG(st.st_mode)) return 0;
  while (says("hang")) usleep(1000);
  return says("eio") || says("abort") || says("readonly");
}

ssize_t pwrite64(int fd, const void *from, size_t length, off64_t at) {
  static int calls, aborted;
  ssize_t (*real)(int, const void *, size_t, off64_t) = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  size_t half = length / 2 & ~(size_t)4095;
  if (says("quota")) {
    if (calls++ % 2 == 0 && half > 0) return real(fd, from, half, at);
    errno = EDQUOT;
    return -1;
  }
  if (says("abort")) {
    if (half > 0 && !aborted++) return real(fd, from, half, at);
    errno = EROFS;
    return -1;
  }
  if (says("readonly")) {
    errno = EROFS;
    return -1;
  }
  return real(fd, from, length, at);
}

int ftruncate64(int fd, off64_t length) {
  if (says("quota") || says("abort") || says("readonly")) {
    errno = says("quota") ? EDQUOT : EROFS;
    return -1;
  }
  int (*real)(int, off64_t) = (int (*)(int, off64_t))dlsym(RTLD_NEXT, "ftruncate64");
  return real(fd, length);
}

static int sync_by(const char *name, int fd) {
  if (fault(fd)) {
    errno = EIO;
    return -1;
  }
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return sync_by("fsync", fd); }

int fdatasync(int fd) { return sync_by("fdatasync", fd); }

static int refused(const char *from, const char *to) {
  if (strstr(from, "_current.pcap.tmp") && (says("abort") || says("readonly"))) {
    errno = EROFS;
    return 1;
  }
  if (!strstr(from, "_current.pcap.tmp") || strstr(to, "_current.pcap.tmp") || !says("norename")) return 0;
  errno = ENOSPC;
  return 1;
}

int rename(const char *from, const char *to) {
  if (refused(from, to)) return -1;
  int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  return real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  if (refused(from, to)) return -1;
  int (*real)(int, const char *, int, const char *) = (int (*)(int, const char *, int, const char *))dlsym(RTLD_NEXT, "renameat");
  return real(from_folder, from, to_folder, to);
}
