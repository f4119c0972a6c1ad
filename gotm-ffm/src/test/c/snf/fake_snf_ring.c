/*
 * Rings. The rule that matters: a packet handed out by snf_ring_recv is overwritten as soon as the next receive on its
 * ring is entered, whatever that answers; one handed out by snf_ring_recv_many, as soon as it is returned; both, when
 * the ring is closed.
 */
#define _GNU_SOURCE
#include "fake_snf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define RING_MAGIC 0x52494e47
#define NANOS_PER_SECOND 1000000000L

void fake_queue_open(struct queue *queue, struct port *port, uint64_t size)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    *queue = (struct queue){.port = port, .size = (size + page - 1) / page * page};
    int memory = memfd_create("fake_snf_ring", MFD_CLOEXEC);
    queue->data = mmap(NULL, 2 * queue->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory < 0 || queue->data == MAP_FAILED || ftruncate(memory, (off_t)queue->size))
        fake_abort("no memory for a ring of %llu bytes", (unsigned long long)queue->size);
    for (int half = 0; half < 2; half++) {
        void *at = queue->data + half * queue->size;
        if (mmap(at, queue->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory, 0) != at)
            fake_abort("cannot map a ring of %llu bytes", (unsigned long long)queue->size);
    }
    close(memory);
}

void fake_queue_close(struct queue *queue)
{
    munmap(queue->data, 2 * queue->size);
    free(queue->packets);
    memset(queue, 0, sizeof *queue);
}

struct packet *fake_packet_at(const struct queue *queue, uint64_t index)
{
    return &queue->packets[index % queue->capacity];
}

static uint64_t bytes_between(const struct queue *queue, uint64_t from, uint64_t to)
{
    uint64_t bytes = 0;
    for (uint64_t i = from; i < to; i++)
        bytes += fake_packet_at(queue, i)->length_data;
    return bytes;
}

uint64_t fake_queue_waiting(const struct queue *queue)
{
    return bytes_between(queue, queue->next, queue->end);
}

uint64_t fake_queue_lent(const struct queue *queue)
{
    return bytes_between(queue, queue->first, queue->next);
}

void fake_bury(struct queue *queue)
{
    struct packet *dead = fake_packet_at(queue, queue->first++);
    memset(queue->data + dead->at % queue->size, POISON, dead->length_data);
    queue->freed += dead->length_data;
    pthread_cond_broadcast(&fake_changed);
}

void fake_bury_lent(struct queue *queue)
{
    while (queue->first < queue->next)
        fake_bury(queue);
}

int fake_enter_ring(struct snf_ring *ring, const char *function)
{
    int code = fake_enter(function);
    if (!ring || ring->magic != RING_MAGIC)
        fake_abort("%s: the ring is not open", function);
    if (ring->busy)
        fake_abort("%s: two threads in ring %d", function, ring->id);
    ring->busy = true;
    return code;
}

int fake_leave_ring(struct snf_ring *ring, int code)
{
    ring->busy = false;
    return fake_leave(code);
}

static int ring_id(const struct snf_handle *handle, int asked, int *id)
{
    const struct port *port = &fake_ports[__builtin_ctz(handle->mask)];
    const char *text = getenv("SNF_RING_ID");
    int wanted = asked >= 0 || !text ? asked : (int)strtol(text, NULL, 0);
    if (wanted >= port->num_rings)
        return EINVAL;
    for (*id = wanted < 0 ? 0 : wanted; *id < port->num_rings; ++*id) {
        if (!port->queues[*id].open)
            return 0;
        if (wanted >= 0)
            break;
    }
    return EBUSY;
}

int snf_ring_open_id(snf_handle_t handle, int id, snf_ring_t *out)
{
    int code = fake_enter(__func__);
    fake_trace("snf_ring_open_id(%d)", id);
    fake_check_handle(handle, __func__);
    if (!code)
        code = ring_id(handle, id, &id);
    if (code)
        return fake_leave(code);
    struct snf_ring *ring = calloc(1, sizeof *ring);
    ring->magic = RING_MAGIC;
    ring->handle = handle;
    ring->id = id;
    for (int i = 0; i < fake_port_count; i++) {
        if (handle->mask >> i & 1)
            ring->queues[ring->count++] = &fake_ports[i].queues[id];
    }
    for (int i = 0; i < ring->count; i++) {
        ring->queues[i]->open = true;
        ring->queues[i]->closed = false;
    }
    handle->open_rings++;
    *out = ring;
    return fake_leave(0);
}

int snf_ring_open(snf_handle_t handle, snf_ring_t *out)
{
    return snf_ring_open_id(handle, -1, out);
}

int snf_ring_close(snf_ring_t ring)
{
    int code = fake_enter_ring(ring, __func__);
    fake_trace("snf_ring_close(%d)", ring->id);
    if (code)
        return fake_leave_ring(ring, code);
    for (int i = 0; i < ring->count; i++) {
        struct queue *queue = ring->queues[i];
        queue->next = queue->end;
        fake_bury_lent(queue);
        queue->open = false;
        queue->closed = true;
    }
    ring->handle->open_rings--;
    ring->magic = 0; /* and never freed, so that a later use of it is seen */
    return fake_leave_ring(ring, 0);
}

static uint64_t next_timestamp(const struct queue *queue)
{
    return fake_packet_at(queue, queue->next)->timestamp;
}

/* The queue with the oldest packet that waits, or NULL. */
static struct queue *oldest(struct snf_ring *ring)
{
    struct queue *found = NULL;
    for (int i = 0; i < ring->count; i++) {
        struct queue *queue = ring->queues[i];
        bool waits = queue->port->started && queue->next < queue->end;
        if (waits && (!found || next_timestamp(queue) < next_timestamp(found)))
            found = queue;
    }
    return found;
}

int fake_wait_for_packet(struct snf_ring *ring, int timeout_ms, struct queue **queue)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000L;
    if (until.tv_nsec >= NANOS_PER_SECOND) {
        until.tv_sec++;
        until.tv_nsec -= NANOS_PER_SECOND;
    }
    while (!(*queue = oldest(ring))) {
        if (timeout_ms == 0)
            return EAGAIN;
        if (timeout_ms < 0)
            pthread_cond_wait(&fake_changed, &fake_lock);
        else if (pthread_cond_timedwait(&fake_changed, &fake_lock, &until))
            return EAGAIN;
    }
    return 0;
}

void fake_lend(struct queue *queue, struct fake_recv_req *out)
{
    struct packet *packet = fake_packet_at(queue, queue->next++);
    struct fake_recv_req req;
    memset(&req, 0, sizeof req);
    req.pkt_addr = queue->data + packet->at % queue->size;
    req.length = packet->length;
    req.timestamp = packet->timestamp;
    if (fake_zero_timestamps) {
        fake_zero_timestamps--;
        req.timestamp = 0;
    }
#if FAKE_SNF_API >= 8
    req.portnum = (uint32_t)queue->port->number;
    req.length_data = packet->length_data;
    req.hw_hash = packet->hash;
#endif
    memcpy(out, &req, sizeof req);
}

int snf_ring_recv(snf_ring_t ring, int timeout_ms, struct snf_recv_req *out)
{
    int code = fake_enter_ring(ring, __func__);
    if (ring->lent)
        fake_bury_lent(ring->lent);
    ring->lent = NULL;
    struct queue *queue = NULL;
    if (!code)
        code = fake_wait_for_packet(ring, timeout_ms, &queue);
    if (!code) {
        fake_lend(queue, (struct fake_recv_req *)out);
        ring->lent = queue;
    }
    return fake_leave_ring(ring, code);
}

void fake_stats_fill(const struct port *port, int ring, struct snf_ring_stats *out)
{
    *out = port->nic;
    out->ring_pkt_recv = port->queues[ring].received;
    out->ring_pkt_overflow = port->queues[ring].overflow;
}

int snf_ring_getstats(snf_ring_t ring, struct snf_ring_stats *out)
{
    int code = fake_enter(__func__);
    if (!ring || ring->magic != RING_MAGIC)
        fake_abort("%s: the ring is not open", __func__);
    if (code)
        return fake_leave(code);
    uint64_t sum[sizeof *out / sizeof(uint64_t)] = {0};
    for (int i = 0; i < ring->count; i++) {
        struct snf_ring_stats now;
        const struct port *port = ring->queues[i]->port;
        fake_stats_fill(port, ring->id, &now);
        const uint64_t *words = (const uint64_t *)(fake_stats_delayed ? &port->seen[ring->id] : &now);
        for (size_t word = 0; word < sizeof sum / sizeof *sum; word++)
            sum[word] += words[word];
    }
    struct snf_ring_stats *total = (struct snf_ring_stats *)sum;
    if (fake_misreport < 0 && total->ring_pkt_recv < (uint64_t)-fake_misreport)
        total->ring_pkt_recv = 0;
    else
        total->ring_pkt_recv += (uint64_t)fake_misreport;
    memcpy(out, total, sizeof(struct fake_ring_stats));
    return fake_leave(0);
}
