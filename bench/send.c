/* Sends the frames of a pcap file (this machine's byte order) out of an interface, again and again, as fast as it can or at
 * a rate. For veth pairs in a network namespace of one's own. Frames go out in groups, past the queueing discipline.
 *
 *   send INTERFACE FILE.pcap PACKETS [PACKETS_A_SECOND]      cc -O2 -o send send.c
 *
 * Prints: packets bytes seconds. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

enum { GROUP = 128, FILE_HEADER = 24, RECORD_HEADER = 16 };

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static int open_socket(const char *interface) {
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(interface)};
  int one = 1, room = 16 << 20, fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0 || to.sll_ifindex == 0 || bind(fd, (struct sockaddr *) &to, sizeof to) < 0) {
    perror(interface);
    exit(1);
  }
  setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  return fd;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: send INTERFACE FILE.pcap PACKETS [PACKETS_A_SECOND]\n");
    return 2;
  }
  struct stat stat;
  int file = open(argv[2], O_RDONLY), fd = open_socket(argv[1]);
  if (file < 0 || fstat(file, &stat) < 0 || stat.st_size < FILE_HEADER) {
    perror(argv[2]);
    return 1;
  }
  char *data = mmap(NULL, stat.st_size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
  if (data == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  uint64_t wanted = strtoull(argv[3], NULL, 10), packets = 0, bytes = 0;
  double rate = argc > 4 ? atof(argv[4]) : 0, begin = seconds();
  struct mmsghdr group[GROUP];
  struct iovec frames[GROUP];
  memset(group, 0, sizeof group);
  off_t at = FILE_HEADER;
  while (packets < wanted) {
    int count = 0;
    while (count < GROUP && packets + count < wanted) {
      uint32_t length;
      if (at + RECORD_HEADER > stat.st_size) at = FILE_HEADER;
      memcpy(&length, data + at + 8, sizeof length);
      if (at + RECORD_HEADER + length > stat.st_size) {
        fprintf(stderr, "%s: cut off at %ld\n", argv[2], (long) at);
        return 1;
      }
      frames[count] = (struct iovec) {data + at + RECORD_HEADER, length};
      group[count].msg_hdr.msg_iov = &frames[count];
      group[count].msg_hdr.msg_iovlen = 1;
      at += RECORD_HEADER + length;
      bytes += length;
      count++;
    }
    for (int done = 0; done < count;) {
      int sent = sendmmsg(fd, group + done, count - done, 0);
      if (sent > 0) {
        done += sent;
      } else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) {
        perror("sendmmsg");
        return 1;
      }
    }
    packets += count;
    while (rate > 0 && (seconds() - begin) * rate < packets) {
    }
  }
  printf("%lu %lu %.3f\n", (unsigned long) packets, (unsigned long) bytes, seconds() - begin);
  return 0;
}
