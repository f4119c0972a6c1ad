/* Injection: what is sent is copied and counted, and may be looked at by the test. */
#include "fake_snf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INJECT_MAGIC 0x494e4a45
#define LARGEST_FRAME 9000
#define SMALLEST_FRAME 60

struct snf_inject_handle {
    uint32_t magic;
    struct port *port;
    struct snf_inject_stats stats;
};

static uint8_t last[LARGEST_FRAME];
static uint32_t last_length;

/* Copies the frame that was sent last; answers its length. */
CONTROL uint32_t fake_snf_last_injected(uint8_t *out)
{
    pthread_mutex_lock(&fake_lock);
    memcpy(out, last, last_length);
    uint32_t length = last_length;
    pthread_mutex_unlock(&fake_lock);
    return length;
}

static int enter_inject(struct snf_inject_handle *inject, const char *function)
{
    int code = fake_enter(function);
    if (!inject || inject->magic != INJECT_MAGIC)
        fake_abort("%s: the injection handle is not open", function);
    return code;
}

int snf_inject_open(int portnum, int flags, snf_inject_t *out)
{
    int code = fake_enter(__func__);
    struct port *port = fake_port((uint32_t)portnum);
    if (code || !fake_is_initialised() || flags)
        return fake_leave(code ? code : EINVAL);
    if (!port || port->inject_handles == MAX_INJECT)
        return fake_leave(port ? EBUSY : ENODEV);
    port->inject_handles++;
    *out = calloc(1, sizeof **out);
    **out = (struct snf_inject_handle){.magic = INJECT_MAGIC, .port = port};
    return fake_leave(0);
}

static int send_fragments(const char *function, struct snf_inject_handle *inject,
                          const struct snf_pkt_fragment *fragments, int count)
{
    int code = enter_inject(inject, function);
    uint64_t length = 0;
    for (int i = 0; i < count; i++)
        length += fragments[i].length;
    if (code || length > LARGEST_FRAME)
        return fake_leave(code ? code : EINVAL);
    memset(last, 0, sizeof last);
    last_length = 0;
    for (int i = 0; i < count; i++) {
        memcpy(last + last_length, fragments[i].ptr, fragments[i].length);
        last_length += fragments[i].length;
    }
    if (last_length < SMALLEST_FRAME)
        last_length = SMALLEST_FRAME;
    inject->stats.inj_pkt_send++;
    inject->stats.nic_pkt_send++;
    inject->stats.nic_bytes_send += last_length;
    return fake_leave(0);
}

#if FAKE_SNF_API < 8
CONTROL int snf_inject_send(snf_inject_t inject, int timeout_ms, const void *pkt, uint32_t length)
#else
int snf_inject_send(snf_inject_t inject, int timeout_ms, int flags, const void *pkt, uint32_t length)
#endif
{
#if FAKE_SNF_API >= 8
    (void)flags;
#endif
    (void)timeout_ms;
    return send_fragments(__func__, inject, &(struct snf_pkt_fragment){pkt, length}, 1);
}

int snf_inject_close(snf_inject_t inject)
{
    int code = enter_inject(inject, __func__);
    if (!code) {
        inject->port->inject_handles--;
        inject->magic = 0;
    }
    return fake_leave(code);
}

int snf_inject_getstats(snf_inject_t inject, struct snf_inject_stats *out)
{
    int code = enter_inject(inject, __func__);
    if (!code)
        *out = inject->stats;
    return fake_leave(code);
}

int snf_netdev_reflect_enable(snf_handle_t handle, snf_netdev_reflect_t *out)
{
    int code = fake_enter(__func__);
    fake_check_handle(handle, __func__);
    *out = handle;
    return fake_leave(code);
}

int snf_netdev_reflect(snf_netdev_reflect_t reflect, const void *pkt, uint32_t length)
{
    int code = fake_enter(__func__);
    (void)reflect;
    (void)pkt;
    (void)length;
    return fake_leave(code);
}

#if FAKE_SNF_NEWER
int snf_get_injection_speed(snf_inject_t inject, uint64_t *bits_per_s)
{
    int code = enter_inject(inject, __func__);
    if (!code)
        *bits_per_s = UINT64_C(10000000000);
    return fake_leave(code);
}

int snf_inject_sched(snf_inject_t inject, int timeout_ms, int flags, const void *pkt, uint32_t length,
                     uint64_t delay_ns)
{
    (void)timeout_ms;
    (void)flags;
    (void)delay_ns;
    return send_fragments(__func__, inject, &(struct snf_pkt_fragment){pkt, length}, 1);
}

int snf_inject_send_v(snf_inject_t inject, int timeout_ms, int flags, struct snf_pkt_fragment *vec, int nfrags,
                      uint32_t length_hint)
{
    (void)timeout_ms;
    (void)flags;
    (void)length_hint;
    return send_fragments(__func__, inject, vec, nfrags);
}

int snf_inject_sched_v(snf_inject_t inject, int timeout_ms, int flags, struct snf_pkt_fragment *vec, int nfrags,
                       uint32_t length_hint, uint64_t delay_ns)
{
    (void)timeout_ms;
    (void)flags;
    (void)length_hint;
    (void)delay_ns;
    return send_fragments(__func__, inject, vec, nfrags);
}
#endif
