/* What came after level 3: borrowing many packets, and looking into the queues. */
#include "fake_snf.h"

#include <errno.h>

#if FAKE_SNF_NEWER
static void fill_qinfo(const struct snf_ring *ring, struct snf_ring_qinfo *out)
{
    if (!out)
        return;
    *out = (struct snf_ring_qinfo){0};
    for (int i = 0; i < ring->count; i++) {
        const struct queue *queue = ring->queues[i];
        out->q_avail += fake_queue_waiting(queue);
        out->q_borrowed += fake_queue_lent(queue);
        out->q_free += queue->size - (queue->written - queue->freed);
    }
}

int snf_ring_recv_qinfo(snf_ring_t ring, struct snf_ring_qinfo *out)
{
    int code = fake_enter_ring(ring, __func__);
    if (!code)
        fill_qinfo(ring, out);
    return fake_leave_ring(ring, code);
}

int snf_ring_recv_many(snf_ring_t ring, int timeout_ms, struct snf_recv_req *vec, int nreq_in, int *nreq_out,
                       struct snf_ring_qinfo *qinfo_or_null)
{
    int code = fake_enter_ring(ring, __func__);
    if (ring->handle->aggregated)
        return fake_leave_ring(ring, ENOTSUP);
    if (ring->lent)
        fake_bury_lent(ring->lent);
    ring->lent = NULL;
    struct queue *queue = NULL;
    if (!code)
        code = nreq_in < 1 ? EINVAL : fake_wait_for_packet(ring, timeout_ms, &queue);
    if (code)
        return fake_leave_ring(ring, code);
    int count = 0;
    while (count < nreq_in && queue->next < queue->end)
        fake_lend(queue, (struct fake_recv_req *)vec + count++);
    *nreq_out = count;
    fill_qinfo(ring, qinfo_or_null);
    return fake_leave_ring(ring, 0);
}

int snf_ring_return_many(snf_ring_t ring, uint32_t data_qlen, struct snf_ring_qinfo *qinfo_or_null)
{
    int code = fake_enter_ring(ring, __func__);
    struct queue *queue = ring->queues[0];
    if (code || ring->handle->aggregated)
        return fake_leave_ring(ring, code ? code : ENOTSUP);
    uint64_t to = queue->first;
    uint64_t bytes = 0;
    while (to < queue->next && bytes < data_qlen)
        bytes += fake_packet_at(queue, to++)->length_data;
    if (data_qlen != UINT32_MAX && bytes != data_qlen)
        return fake_leave_ring(ring, EINVAL); /* not the bytes of whole packets, or more than were lent */
    while (queue->first < to)
        fake_bury(queue);
    fill_qinfo(ring, qinfo_or_null);
    return fake_leave_ring(ring, 0);
}

int snf_ring_portinfo_count(snf_ring_t ring, int *count)
{
    int code = fake_enter_ring(ring, __func__);
    if (!code)
        *count = ring->count;
    return fake_leave_ring(ring, code);
}

int snf_ring_portinfo(snf_ring_t ring, struct snf_ring_portinfo *array)
{
    int code = fake_enter_ring(ring, __func__);
    for (int i = 0; i < ring->count && !code; i++) {
        struct queue *queue = ring->queues[i];
        array[i] = (struct snf_ring_portinfo){
            .ring = ring,
            .q_size = queue->size,
            .portcnt = 1,
            .portmask = 1u << queue->port->number,
            .data_addr = (uintptr_t)queue->data,
            .data_size = queue->size,
        };
    }
    return fake_leave_ring(ring, code);
}
#endif
