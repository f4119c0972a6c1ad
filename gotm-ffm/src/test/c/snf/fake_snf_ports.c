/* The list of interfaces, and what can be asked about ports. */
#include "fake_snf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINK_SPEED UINT64_C(10000000000)

int snf_getifaddrs(struct snf_ifaddrs **out)
{
    int code = fake_enter(__func__);
    if (code || !fake_is_initialised())
        return fake_leave(code ? code : EINVAL);
    struct fake_ifaddrs **link = (struct fake_ifaddrs **)out;
    *link = NULL;
    for (int i = 0; i < fake_port_count && !fake_no_interfaces; i++) {
        struct port *port = &fake_ports[i];
        /* Blocks of different sizes: the entries do not lie in a row. */
        struct fake_ifaddrs *entry = calloc(1, sizeof *entry + 64 * (i % 3));
        entry->snf_ifa_name = strdup(port->name);
        entry->snf_ifa_maxrings = MAX_RINGS;
        entry->snf_ifa_maxinject = MAX_INJECT;
        memcpy(entry->snf_ifa_macaddr, (uint8_t[]){0x00, 0x60, 0xdd, 0, 0, i}, 6);
#if FAKE_SNF_API < 8
        entry->snf_ifa_boardnum = i;
#else
        entry->snf_ifa_portnum = i;
        entry->snf_ifa_link_state = port->link_up ? SNF_LINK_UP : SNF_LINK_DOWN;
        entry->snf_ifa_link_speed = port->link_up ? LINK_SPEED : 0;
#endif
        *link = entry;
        link = &entry->snf_ifa_next;
    }
    return fake_leave(0);
}

void snf_freeifaddrs(struct snf_ifaddrs *list)
{
    fake_enter(__func__);
    struct fake_ifaddrs *entry = (struct fake_ifaddrs *)list;
    while (entry) {
        struct fake_ifaddrs *next = entry->snf_ifa_next;
        char *name = (char *)entry->snf_ifa_name;
        memset(name, POISON, strlen(name));
        free(name);
        memset(entry, POISON, sizeof *entry);
        free(entry);
        entry = next;
    }
    fake_leave(0);
}

#if FAKE_SNF_NEWER
static int portmask(const char *function, bool (*counts)(const struct port *), uint32_t *mask, int *count)
{
    int code = fake_enter(function);
    if (code || !fake_is_initialised())
        return fake_leave(code ? code : EINVAL);
    if (fake_no_interfaces)
        return fake_leave(ENODEV);
    *mask = 0;
    *count = 0;
    for (int i = 0; i < fake_port_count; i++) {
        if (counts(&fake_ports[i])) {
            *mask |= 1u << i;
            ++*count;
        }
    }
    return fake_leave(0);
}

static bool is_valid(const struct port *port)
{
    return port->number < fake_port_count;
}

static bool is_up(const struct port *port)
{
    return port->link_up;
}

int snf_getportmask_valid(uint32_t *mask, int *count)
{
    return portmask(__func__, is_valid, mask, count);
}

int snf_getportmask_linkup(uint32_t *mask, int *count)
{
    return portmask(__func__, is_up, mask, count);
}

static struct port *first_port(const struct snf_handle *handle)
{
    return &fake_ports[__builtin_ctz(handle->mask)];
}

int snf_get_link_state(snf_handle_t handle, enum snf_link_state *out)
{
    int code = fake_enter(__func__);
    fake_check_handle(handle, __func__);
    if (!code)
        *out = first_port(handle)->link_up ? SNF_LINK_UP : SNF_LINK_DOWN;
    return fake_leave(code);
}

int snf_get_timesource_state(snf_handle_t handle, enum snf_timesource_state *out)
{
    int code = fake_enter(__func__);
    fake_check_handle(handle, __func__);
    if (!code)
        *out = fake_timesource;
    return fake_leave(code);
}

int snf_get_link_speed(snf_handle_t handle, uint64_t *bits_per_s)
{
    int code = fake_enter(__func__);
    fake_check_handle(handle, __func__);
    if (!code)
        *bits_per_s = first_port(handle)->link_up ? LINK_SPEED : 0;
    return fake_leave(code);
}
#endif
