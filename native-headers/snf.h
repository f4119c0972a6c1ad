/*
 * The Myricom / CSPi SNF (Sniffer10G) C interface at API level 8, declared from public facts about its
 * binary interface and in our own words: this is not the vendor's header and holds none of its text.
 *
 * Layouts hold for 64-bit Linux, natural alignment. Every function but snf_freeifaddrs returns 0 or a
 * positive errno value; errno itself means nothing after a call. Functions marked "newer" are absent from
 * libraries of API level 3: look them up as optional symbols.
 *
 * Where the vendor's SDK is installed, compare with its header before trusting what is marked "one source".
 */
#ifndef GOTM_SNF_H
#define GOTM_SNF_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The API level these layouts belong to: the argument of snf_init. */
#define SNF_VERSION_API 8

/* Opaque handles: an open board, one receive ring of it, an injection handle, a path to the kernel's device. */
typedef struct snf_handle *snf_handle_t;
typedef struct snf_ring *snf_ring_t;
typedef struct snf_inject_handle *snf_inject_t;
typedef void *snf_netdev_reflect_t;

/* Flags of snf_open. */
#define SNF_F_PSHARED 0x1            /* several processes share the board, each with rings of its own */
#define SNF_F_AGGREGATE_PORTMASK 0x2 /* portnum is a bit mask of ports merged into one handle */
#define SNF_F_RX_DUPLICATE 0x300     /* every packet goes to every ring; RSS is not used */

enum snf_link_state {
    SNF_LINK_DOWN = 0,
    SNF_LINK_UP = 1
};

enum snf_timesource_state {
    SNF_TIMESOURCE_LOCAL = 0,         /* no external source */
    SNF_TIMESOURCE_EXT_UNSYNCED = 1,
    SNF_TIMESOURCE_EXT_SYNCED = 2,
    SNF_TIMESOURCE_EXT_FAILED = 3,
    SNF_TIMESOURCE_ARISTA_ACTIVE = 4, /* the switch supplies the time stamps */
    SNF_TIMESOURCE_PPS = 5            /* pulse per second */
};

/* Which member of snf_rss_params.params is meant. */
enum snf_rss_params_mode {
    SNF_RSS_FLAGS = 0,
    SNF_RSS_FUNCTION = 1 /* works in the kernel only: not for user programs */
};

/* What the NIC hashes to choose a ring; the bits add up. */
enum snf_rss_mode_flags {
    SNF_RSS_IP = 0x01,
    SNF_RSS_IPV4 = 0x01, /* the same bit by its older name */
    SNF_RSS_SRC_PORT = 0x10,
    SNF_RSS_DST_PORT = 0x20,
    SNF_RSS_GTP = 0x40, /* one source */
    SNF_RSS_GRE = 0x80  /* one source */
};

/* One received packet, 40 bytes. The first three members are the same at every API level; the rest: one source. */
struct snf_recv_req {
    void *pkt_addr;       /* first byte of the Ethernet frame, inside the ring */
    uint32_t length;      /* of the frame, without its CRC */
    uint64_t timestamp;   /* nanoseconds since 1970, 0 if unknown */
    uint32_t portnum;     /* the port it came in by */
    uint32_t length_data; /* bytes it takes in the data ring: what snf_ring_return_many counts */
    uint32_t hw_hash;     /* the NIC's hash */
};

/* Running totals, 64 bytes. nic_*: the whole board; ring_*: this ring; the NIC updates them now and then. */
struct snf_ring_stats {
    uint64_t nic_pkt_recv;
    uint64_t nic_pkt_overflow;
    uint64_t nic_pkt_bad;       /* CRC and PHY errors */
    uint64_t ring_pkt_recv;
    uint64_t ring_pkt_overflow; /* no room in the ring */
    uint64_t nic_bytes_recv;    /* a frame counts 12 more, rounded up to 16 */
    uint64_t snf_pkt_overflow;  /* no room in the buffer shared by the rings */
    uint64_t nic_pkt_dropped;   /* by the hardware's drop filter */
};

/* One interface of the list made by snf_getifaddrs, 48 bytes. Walk it by snf_ifa_next. */
struct snf_ifaddrs {
    struct snf_ifaddrs *snf_ifa_next;
    const char *snf_ifa_name; /* the kernel's name of the interface */
    uint32_t snf_ifa_portnum;
    int snf_ifa_maxrings;
    uint8_t snf_ifa_macaddr[6];
    uint8_t pad[2];
    int snf_ifa_maxinject;
    enum snf_link_state snf_ifa_link_state;
    uint64_t snf_ifa_link_speed; /* bits per second */
};

/* How full a ring's data queue is, in bytes, 24 bytes. */
struct snf_ring_qinfo {
    uintptr_t q_avail;    /* waiting to be received, about */
    uintptr_t q_borrowed; /* received and not returned, exact */
    uintptr_t q_free;     /* free, about */
};

/* One physical ring behind an aggregated ring, 40 bytes. */
struct snf_ring_portinfo {
    snf_ring_t ring;
    uintptr_t q_size; /* of the data queue */
    uint32_t portcnt;
    uint32_t portmask;
    uintptr_t data_addr;
    uintptr_t data_size;
};

struct snf_rss_mode_function {
    int (*rss_hash_fn)(struct snf_recv_req *req, void *context, uint32_t *hashval);
    void *rss_context;
};

/* How packets are spread over rings, 24 bytes. */
struct snf_rss_params {
    enum snf_rss_params_mode mode;
    union {
        enum snf_rss_mode_flags rss_flags;
        struct snf_rss_mode_function rss_function;
    } params;
};

/* A piece of a packet to send, 16 bytes. */
struct snf_pkt_fragment {
    const void *ptr;
    uint32_t length;
};

/* Running totals of injection, 24 bytes. */
struct snf_inject_stats {
    uint64_t inj_pkt_send; /* by this handle */
    uint64_t nic_pkt_send; /* by the board */
    uint64_t nic_bytes_send;
};

/* Start-up. snf_init comes before everything else, with the same level each time. */
int snf_init(uint16_t api_version);
int snf_set_app_id(int32_t id); /* newer */
int snf_getifaddrs(struct snf_ifaddrs **out); /* may succeed with NULL */
void snf_freeifaddrs(struct snf_ifaddrs *list);
int snf_getportmask_valid(uint32_t *mask, int *count);  /* newer */
int snf_getportmask_linkup(uint32_t *mask, int *count); /* newer */

/* A board. Arguments <= 0, NULL and flags < 0 mean the default or the environment variable of that name. */
int snf_open(uint32_t portnum, int num_rings, const struct snf_rss_params *rss, int64_t dataring_sz, int flags,
             snf_handle_t *out);
int snf_open_defaults(uint32_t portnum, snf_handle_t *out);
int snf_start(snf_handle_t handle);
int snf_stop(snf_handle_t handle);
int snf_close(snf_handle_t handle); /* EBUSY while rings are open */
int snf_get_link_state(snf_handle_t handle, enum snf_link_state *out);             /* newer */
int snf_get_timesource_state(snf_handle_t handle, enum snf_timesource_state *out); /* newer */
int snf_get_link_speed(snf_handle_t handle, uint64_t *bits_per_s);                 /* newer, one source */

/* A ring: one thread. A packet lives until the next receive call on its ring is entered, or the ring is closed. */
int snf_ring_open(snf_handle_t handle, snf_ring_t *out);
int snf_ring_open_id(snf_handle_t handle, int ring_id, snf_ring_t *out);
int snf_ring_close(snf_ring_t ring);
int snf_ring_recv(snf_ring_t ring, int timeout_ms, struct snf_recv_req *out); /* EAGAIN, EINTR, EBUSY: try again */
int snf_ring_getstats(snf_ring_t ring, struct snf_ring_stats *out);
int snf_ring_portinfo_count(snf_ring_t ring, int *count);                      /* newer, one source */
int snf_ring_portinfo(snf_ring_t ring, struct snf_ring_portinfo *array);       /* newer, one source */
int snf_ring_recv_qinfo(snf_ring_t ring, struct snf_ring_qinfo *out);          /* newer, one source */
int snf_ring_recv_many(snf_ring_t ring, int timeout_ms, struct snf_recv_req *vec, int nreq_in, int *nreq_out,
                       struct snf_ring_qinfo *qinfo_or_null);                  /* newer, one source */
int snf_ring_return_many(snf_ring_t ring, uint32_t data_qlen,
                         struct snf_ring_qinfo *qinfo_or_null);                /* newer, one source */

/* Injection. Flags are 0. */
int snf_inject_open(int portnum, int flags, snf_inject_t *out);
int snf_get_injection_speed(snf_inject_t inject, uint64_t *bits_per_s); /* newer */
/* API level 3 has no flags argument here: never call it on such a library. */
int snf_inject_send(snf_inject_t inject, int timeout_ms, int flags, const void *pkt, uint32_t length);
int snf_inject_sched(snf_inject_t inject, int timeout_ms, int flags, const void *pkt, uint32_t length,
                     uint64_t delay_ns); /* newer */
int snf_inject_send_v(snf_inject_t inject, int timeout_ms, int flags, struct snf_pkt_fragment *vec, int nfrags,
                      uint32_t length_hint); /* newer */
int snf_inject_sched_v(snf_inject_t inject, int timeout_ms, int flags, struct snf_pkt_fragment *vec, int nfrags,
                       uint32_t length_hint, uint64_t delay_ns); /* newer */
int snf_inject_close(snf_inject_t inject);
int snf_inject_getstats(snf_inject_t inject, struct snf_inject_stats *out);

/* Handing received packets on to the kernel's network device. */
int snf_netdev_reflect_enable(snf_handle_t handle, snf_netdev_reflect_t *out);
int snf_netdev_reflect(snf_netdev_reflect_t reflect, const void *pkt, uint32_t length);

#ifdef __cplusplus
}
#endif

#endif
