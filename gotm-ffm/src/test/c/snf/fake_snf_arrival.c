/* A frame comes in at a port: it is counted, spread over the rings by its flow, and queued if there is room. */
#include "fake_snf.h"

#include <stdlib.h>
#include <string.h>

#define DATA_UNIT 64 /* what a packet takes in the data ring is a multiple of it, and starts at one */
#define ETHERNET_LENGTH 14
#define MAX_EXTENSION_HEADERS 16

static uint32_t be16(const uint8_t *at)
{
    return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t be32(const uint8_t *at)
{
    return be16(at) << 16 | be16(at + 2);
}

static uint32_t mix(uint32_t sum, uint32_t more)
{
    uint64_t product = ((uint64_t)sum << 32 | more) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(product >> 32);
}

/* Both directions of a flow get the same: every pair of source and target goes in as their exclusive or. */
static uint32_t hash_ports(const struct port *port, uint32_t hash, int protocol, const uint8_t *at, uint32_t left)
{
    int both = SNF_RSS_SRC_PORT | SNF_RSS_DST_PORT;
    if ((protocol != 6 && protocol != 17) || left < 4 || !(port->rss_flags & both))
        return hash;
    return mix(hash, be16(at) ^ be16(at + 2));
}

static uint32_t hash_ipv4(const struct port *port, const uint8_t *ip, uint32_t left)
{
    uint32_t header = (ip[0] & 15) * 4u;
    if (left < 20 || header < 20 || left < header)
        return 0;
    uint32_t hash = mix(1, be32(ip + 12) ^ be32(ip + 16));
    bool later_fragment = be16(ip + 6) & 0x1fff;
    return later_fragment ? hash : hash_ports(port, hash, ip[9], ip + header, left - header);
}

static uint32_t hash_ipv6(const struct port *port, const uint8_t *ip, uint32_t left)
{
    if (left < 40)
        return 0;
    uint32_t hash = 1;
    for (int word = 8; word < 24; word += 4)
        hash = mix(hash, be32(ip + word) ^ be32(ip + word + 16));
    int protocol = ip[6];
    uint32_t next = 40;
    for (int headers = 0; headers < MAX_EXTENSION_HEADERS && left >= next + 8; headers++) {
        const uint8_t *header = ip + next;
        if (protocol == 44 && be16(header + 2) & 0xfff8)
            return hash;
        if (protocol == 44)
            next += 8;
        else if (protocol == 51)
            next += (header[1] + 2) * 4u;
        else if (protocol == 0 || protocol == 43 || protocol == 60 || protocol == 135)
            next += (header[1] + 1) * 8u;
        else
            break;
        protocol = header[0];
    }
    return left < next ? hash : hash_ports(port, hash, protocol, ip + next, left - next);
}

/* 0 for what has no IP header right after Ethernet and its VLAN tags. */
static uint32_t hash_frame(const struct port *port, const uint8_t *frame, uint32_t length)
{
    uint32_t at = ETHERNET_LENGTH;
    while (length >= at + 4) {
        uint32_t type = be16(frame + at - 2);
        if (type == 0x8100 || type == 0x88a8 || type == 0x9100)
            at += 4;
        else if (type == 0x0800 && frame[at] >> 4 == 4)
            return hash_ipv4(port, frame + at, length - at);
        else if (type == 0x86dd && frame[at] >> 4 == 6)
            return hash_ipv6(port, frame + at, length - at);
        else
            break;
    }
    return 0;
}

static uint32_t space_taken(uint32_t length)
{
    return (length + DATA_UNIT - 1) / DATA_UNIT * DATA_UNIT;
}

static bool fits(const struct queue *queue, uint32_t length)
{
    return queue->size - (queue->written - queue->freed) >= space_taken(length);
}

static bool is_duplicating(const struct port *port)
{
    return (port->flags & SNF_F_RX_DUPLICATE) == SNF_F_RX_DUPLICATE;
}

bool fake_has_room(struct port *port, const uint8_t *frame, uint32_t length)
{
    int meant = (int)(hash_frame(port, frame, length) % (uint32_t)port->num_rings);
    for (int ring = 0; ring < port->num_rings; ring++) {
        const struct queue *queue = &port->queues[ring];
        if ((ring == meant || is_duplicating(port)) && queue->open && !fits(queue, length))
            return false;
    }
    return true;
}

static void grow(struct queue *queue)
{
    uint64_t capacity = queue->capacity ? 2 * queue->capacity : 1024;
    struct packet *packets = malloc(capacity * sizeof *packets);
    for (uint64_t i = queue->first; i < queue->end; i++)
        packets[i % capacity] = queue->packets[i % queue->capacity];
    free(queue->packets);
    queue->packets = packets;
    queue->capacity = capacity;
}

static void enqueue(struct queue *queue, const uint8_t *frame, struct packet packet)
{
    if (!queue->open)
        return; /* nobody has this ring */
    if (!fits(queue, packet.length)) {
        queue->overflow++;
        return;
    }
    if (queue->end - queue->first == queue->capacity)
        grow(queue);
    packet.at = queue->written;
    packet.length_data = space_taken(packet.length);
    memcpy(queue->data + packet.at % queue->size, frame, packet.length);
    queue->written += packet.length_data;
    queue->packets[queue->end++ % queue->capacity] = packet;
    queue->received++;
}

void fake_arrive(struct port *port, const uint8_t *frame, uint32_t length, uint64_t timestamp)
{
    if (!port->started)
        return;
    if (timestamp < port->last_timestamp)
        timestamp = port->last_timestamp;
    port->last_timestamp = timestamp;
    port->nic.nic_pkt_recv++;
    port->nic.nic_bytes_recv += (length + 8u + 4u + 15u) / 16u * 16u;
    struct packet packet = {
        .timestamp = timestamp,
        .length = length,
        .hash = hash_frame(port, frame, length),
    };
    int meant = (int)(packet.hash % (uint32_t)port->num_rings);
    for (int ring = 0; ring < port->num_rings; ring++) {
        if (ring == meant || is_duplicating(port))
            enqueue(&port->queues[ring], frame, packet);
    }
    pthread_cond_broadcast(&fake_changed);
}
