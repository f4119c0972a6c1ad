/*
 * A stand-in for libsnf.so: ports, rings and packets in memory, as the public facts about SNF describe them, and as
 * unforgiving as the facts allow. Tests steer it by the fake_snf_* functions (fake_snf_control.c) or by FAKE_SNF_*
 * variables of the environment.
 *
 * Build switches:
 *   FAKE_SNF_API=3        the layouts of API level 3, and none of the functions that came later
 *   FAKE_SNF_NEWER=0      the layouts of level 8, but none of the functions that came after level 3
 *   FAKE_SNF_WIDE=1       a struct snf_recv_req longer than that of level 8, as an unknown level may have
 *   FAKE_SNF_SWAPPED=1    portnum and length_data of struct snf_recv_req in the other order
 */
#ifndef FAKE_SNF_H
#define FAKE_SNF_H

#ifndef FAKE_SNF_API
#define FAKE_SNF_API 8
#endif
#ifndef FAKE_SNF_NEWER
#define FAKE_SNF_NEWER (FAKE_SNF_API >= 8)
#endif
#ifndef FAKE_SNF_WIDE
#define FAKE_SNF_WIDE 0
#endif
#ifndef FAKE_SNF_SWAPPED
#define FAKE_SNF_SWAPPED 0
#endif

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)
#if FAKE_SNF_API < 8
#define snf_inject_send snf_inject_send_with_flags /* level 3 has no flags argument */
#include "snf.h"
#undef snf_inject_send
#else
#include "snf.h"
#endif
#pragma GCC visibility pop

/* What is exported beside the functions of snf.h. */
#define CONTROL __attribute__((visibility("default")))

#define MAX_PORTS 8
#define MAX_RINGS 16
#define MAX_INJECT 4
#define POISON 0xdb

#define SIZES(type, size) _Static_assert(sizeof(type) == (size), #type " is not " #size " bytes")
#define AT(type, member, offset) _Static_assert(offsetof(type, member) == (offset), #type "." #member " is elsewhere")

/* What the library writes, which at level 3 is less than what snf.h declares. */
#if FAKE_SNF_API < 8
struct fake_recv_req {
    void *pkt_addr;
    uint32_t length;
    uint64_t timestamp;
    uint64_t token;
};
SIZES(struct fake_recv_req, 32);

struct fake_ring_stats {
    uint64_t nic_pkt_recv, nic_pkt_overflow, nic_pkt_bad, ring_pkt_recv, ring_pkt_overflow, nic_bytes_recv,
        snf_pkt_overflow;
};
SIZES(struct fake_ring_stats, 56);

struct fake_ifaddrs {
    struct fake_ifaddrs *snf_ifa_next;
    const char *snf_ifa_name;
    uint32_t snf_ifa_boardnum;
    int snf_ifa_maxrings;
    uint8_t snf_ifa_macaddr[6];
    uint8_t pad[2];
    int snf_ifa_maxinject;
};
SIZES(struct fake_ifaddrs, 40);
#else
struct fake_recv_req {
    void *pkt_addr;
    uint32_t length;
    uint64_t timestamp;
#if FAKE_SNF_SWAPPED
    uint32_t length_data;
    uint32_t portnum;
#else
    uint32_t portnum;
    uint32_t length_data;
#endif
    uint32_t hw_hash;
#if FAKE_SNF_WIDE
    uint64_t unknown[2];
#endif
};
#define fake_ring_stats snf_ring_stats
#define fake_ifaddrs snf_ifaddrs
#if !FAKE_SNF_WIDE
SIZES(struct fake_recv_req, 40);
#endif
#endif

/* The layouts of level 8, by the numbers. */
SIZES(struct snf_recv_req, 40);
AT(struct snf_recv_req, pkt_addr, 0);
AT(struct snf_recv_req, length, 8);
AT(struct snf_recv_req, timestamp, 16);
AT(struct snf_recv_req, portnum, 24);
AT(struct snf_recv_req, length_data, 28);
AT(struct snf_recv_req, hw_hash, 32);
SIZES(struct snf_ring_stats, 64);
AT(struct snf_ring_stats, ring_pkt_recv, 24);
AT(struct snf_ring_stats, ring_pkt_overflow, 32);
AT(struct snf_ring_stats, nic_bytes_recv, 40);
AT(struct snf_ring_stats, snf_pkt_overflow, 48);
AT(struct snf_ring_stats, nic_pkt_dropped, 56);
SIZES(struct snf_ifaddrs, 48);
AT(struct snf_ifaddrs, snf_ifa_name, 8);
AT(struct snf_ifaddrs, snf_ifa_portnum, 16);
AT(struct snf_ifaddrs, snf_ifa_maxrings, 20);
AT(struct snf_ifaddrs, snf_ifa_macaddr, 24);
AT(struct snf_ifaddrs, snf_ifa_maxinject, 32);
AT(struct snf_ifaddrs, snf_ifa_link_state, 36);
AT(struct snf_ifaddrs, snf_ifa_link_speed, 40);
SIZES(struct snf_ring_qinfo, 24);
SIZES(struct snf_ring_portinfo, 40);
SIZES(struct snf_rss_params, 24);
AT(struct snf_rss_params, params, 8);
SIZES(struct snf_pkt_fragment, 16);
SIZES(struct snf_inject_stats, 24);

/* A packet in a queue. Its bytes are at data + at % size, where at only grows. */
struct packet {
    uint64_t at;
    uint64_t timestamp;
    uint32_t length;
    uint32_t length_data;
    uint32_t hash;
};

/*
 * One physical ring of a port. Packets stand in order of arrival: first those handed out and not dead yet (from
 * first), then those waiting (from next), up to end. The data is mapped twice in a row, so that none is split.
 */
struct queue {
    struct port *port;
    uint8_t *data;
    uint64_t size;
    uint64_t written;
    uint64_t freed;
    struct packet *packets;
    uint64_t capacity;
    uint64_t first, next, end;
    bool open;
    bool closed;
    uint64_t received, overflow;
};

struct port {
    int number;
    char name[32];
    int handles;
    int flags;
    int num_rings;
    int rss_flags;
    int64_t dataring_size;
    bool started;
    bool link_up;
    struct queue queues[MAX_RINGS];
    struct snf_ring_stats nic;            /* its ring_* members are not used */
    struct snf_ring_stats seen[MAX_RINGS]; /* while updates are delayed */
    uint64_t last_timestamp;
    int inject_handles;
    struct replay *replay;
};

struct snf_handle {
    uint32_t magic;
    uint32_t mask;
    bool aggregated;
    int open_rings;
};

struct snf_ring {
    uint32_t magic;
    struct snf_handle *handle;
    int id;
    int count;
    struct queue *queues[MAX_PORTS]; /* one, or one a port when ports are aggregated */
    struct queue *lent;              /* holds the packet that snf_ring_recv handed out last */
    bool busy;
};

/* fake_snf_control.c */
extern pthread_mutex_t fake_lock;
extern pthread_cond_t fake_changed;
extern atomic_int fake_wanted; /* threads that wait for the lock */
extern struct port fake_ports[MAX_PORTS];
extern int fake_port_count;
extern bool fake_no_interfaces;
extern bool fake_stats_delayed;
extern int64_t fake_zero_timestamps;
extern int64_t fake_misreport;
extern enum snf_timesource_state fake_timesource;

/* Takes the lock and counts the call; answers the error that a test has asked for, or 0. */
int fake_enter(const char *function);
/* Gives up the lock, spoils errno and answers the code. */
int fake_leave(int code);
__attribute__((noreturn, format(printf, 1, 2))) void fake_abort(const char *format, ...);
void fake_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fake_open_seen(uint32_t mask, const struct port *port, int flags);

/* fake_snf_board.c; call with the lock held */
bool fake_is_initialised(void);
void fake_forget_init(void);
struct port *fake_port(uint32_t number);
void fake_check_handle(const struct snf_handle *handle, const char *function);

/* fake_snf_ring.c; call with the lock held */
void fake_queue_open(struct queue *queue, struct port *port, uint64_t size);
void fake_queue_close(struct queue *queue);
/* Takes the lock and the ring; two threads in one ring are the end. */
int fake_enter_ring(struct snf_ring *ring, const char *function);
int fake_leave_ring(struct snf_ring *ring, int code);
struct packet *fake_packet_at(const struct queue *queue, uint64_t index);
int fake_wait_for_packet(struct snf_ring *ring, int timeout_ms, struct queue **queue);
/* Hands out the oldest packet that waits. */
void fake_lend(struct queue *queue, struct fake_recv_req *out);
/* The oldest packet handed out dies: nothing of it can be read any more. */
void fake_bury(struct queue *queue);
/* All packets handed out die. */
void fake_bury_lent(struct queue *queue);
uint64_t fake_queue_waiting(const struct queue *queue);
uint64_t fake_queue_lent(const struct queue *queue);
void fake_stats_fill(const struct port *port, int ring, struct snf_ring_stats *out);

/* fake_snf_arrival.c; call with the lock held */
bool fake_has_room(struct port *port, const uint8_t *frame, uint32_t length);
void fake_arrive(struct port *port, const uint8_t *frame, uint32_t length, uint64_t timestamp);

/* fake_snf_replay.c; call with the lock held */
void fake_replay_from_environment(void);
void fake_replay_started(struct port *port);
void fake_replay_end(struct port *port);
void fake_replay_forget(struct port *port);

#endif
