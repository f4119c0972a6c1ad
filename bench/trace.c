/* Writes a pcap file with the flow sizes that networks have: of every 500 flows one is an elephant, and the elephants carry
 * nearly all bytes. Elephants and short flows alternate, in both directions, TCP and UDP, IPv4 and some IPv6 and VLAN.
 *
 *   trace FILE.pcap FLOWS ELEPHANT_MEBIBYTES FRAME_BYTES      cc -O2 -o trace trace.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOWS_AN_ELEPHANT = 500, MAX_FRAME = 9000 };

static FILE *out;
static uint64_t micros = 1700000000ull * 1000000, state = 88172645463325252ull;

static uint32_t chance(void) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return state >> 33;
}

static void put(uint8_t *to, uint64_t value, int bytes) {
  while (bytes-- > 0) {
    to[bytes] = value;
    value >>= 8;
  }
}

static void frame(uint32_t flow, int back, uint32_t payload) {
  uint8_t f[MAX_FRAME + 128];
  uint32_t n = 12, udp = flow % 8 == 3, v6 = flow % 16 == 7, transport = udp ? 8 : 20;
  uint32_t client = 0x0a000000 + flow, server = 0xac100000 + flow % 4093;
  uint32_t source = back ? server : client, target = back ? client : server;
  uint32_t near = 1025 + flow % 60000, far = udp ? 53 : 443;
  memset(f, 0, 128);
  put(f, 0x020000000001, 6);
  put(f + 6, 0x020000000002, 6);
  if (flow % 10 == 9) {
    put(f + n, 0x81000007, 4);
    n += 4;
  }
  put(f + n, v6 ? 0x86dd : 0x0800, 2);
  n += 2;
  if (v6) {
    put(f + n, 0x60000000, 4);
    put(f + n + 4, transport + payload, 2);
    put(f + n + 6, (udp ? 17 : 6) << 8 | 64, 2);
    put(f + n + 8, 0x20010db800000000, 8);
    put(f + n + 20, source, 4);
    put(f + n + 24, 0x20010db800000000, 8);
    put(f + n + 36, target, 4);
    n += 40;
  } else {
    put(f + n, 0x4500, 2);
    put(f + n + 2, 20 + transport + payload, 2);
    put(f + n + 8, 64 << 8 | (udp ? 17 : 6), 2);
    put(f + n + 12, source, 4);
    put(f + n + 16, target, 4);
    n += 20;
  }
  put(f + n, back ? far : near, 2);
  put(f + n + 2, back ? near : far, 2);
  if (udp) put(f + n + 4, 8 + payload, 2);
  else put(f + n + 12, 0x5010, 2);
  n += transport;
  for (uint32_t i = 0; i < payload; i++) f[n + i] = flow & 1 ? chance() : "the quick brown fox jumps over the lazy dog. "[i % 45];
  n += payload;
  if (n < 60) {
    memset(f + n, 0, 60 - n);
    n = 60;
  }
  micros += 1 + chance() % 3;
  uint32_t record[4] = {micros / 1000000, micros % 1000000, n, n};
  fwrite(record, sizeof record, 1, out);
  fwrite(f, n, 1, out);
}

int main(int argc, char **argv) {
  if (argc < 5 || !(out = fopen(argv[1], "wb"))) {
    fprintf(stderr, "usage: trace FILE.pcap FLOWS ELEPHANT_MEBIBYTES FRAME_BYTES\n");
    return 2;
  }
  uint32_t flows = atoi(argv[2]), payload = atoi(argv[4]) - 66, header[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1};
  uint32_t elephants = flows / FLOWS_AN_ELEPHANT ? flows / FLOWS_AN_ELEPHANT : 1, small = 0;
  uint64_t packets = ((uint64_t) atoi(argv[3]) << 20) / (payload ? payload : 1);
  if (payload > MAX_FRAME) return fprintf(stderr, "FRAME_BYTES must be 66 to %d\n", MAX_FRAME), 2;
  fwrite(header, sizeof header, 1, out);
  for (uint64_t i = 0; i < packets; i++) {
    uint32_t elephant = chance() % elephants * FLOWS_AN_ELEPHANT;
    frame(elephant, 1, payload);
    if (i % 4 == 0) frame(elephant, 0, 0);
    for (; small < flows && (uint64_t) small * packets < i * flows; small++) {
      if (small % FLOWS_AN_ELEPHANT == 0) continue;
      for (uint32_t k = 0, n = 2 + chance() % 8; k < n; k++) frame(small, k & 1, k < 2 ? 0 : chance() % 600);
    }
  }
  return fclose(out) ? (perror(argv[1]), 1) : 0;
}
