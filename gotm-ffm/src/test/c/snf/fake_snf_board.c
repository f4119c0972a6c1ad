/* Start-up, and boards: opened, started, stopped, closed. */
#include "fake_snf.h"

#include <errno.h>
#include <stdlib.h>

#define HANDLE_MAGIC 0x48414e44
#define ALL_PORTS UINT32_MAX
#define MEGABYTE (INT64_C(1) << 20)
#define DEFAULT_DATARING (256 * MEGABYTE)
#define LARGEST_DATARING (64 * 1024 * MEGABYTE)
#define DATARING_UNIT (2 * MEGABYTE)

static bool initialised;
static uint16_t version;
static int32_t app_id = -1;

bool fake_is_initialised(void)
{
    return initialised;
}

void fake_forget_init(void)
{
    initialised = false;
    app_id = -1;
}

/* The application id that counts: the environment's goes before that of snf_set_app_id. */
CONTROL int32_t fake_snf_app_id(void)
{
    const char *text = getenv("SNF_APP_ID");
    return text ? (int32_t)strtol(text, NULL, 0) : app_id;
}

struct port *fake_port(uint32_t number)
{
    return number < (uint32_t)fake_port_count ? &fake_ports[number] : NULL;
}

void fake_check_handle(const struct snf_handle *handle, const char *function)
{
    if (!handle || handle->magic != HANDLE_MAGIC)
        fake_abort("%s: the handle is not open", function);
}

int snf_init(uint16_t api_version)
{
    int code = fake_enter(__func__);
    fake_trace("snf_init(%d)", api_version);
    if (code)
        return fake_leave(code);
    if (api_version >> 8 || (initialised && version != api_version))
        return fake_leave(EINVAL);
    initialised = true;
    version = api_version;
    return fake_leave(0);
}

/* A number of the environment as C writes it; what follows it, such as a unit, is passed over. */
static int64_t from_environment(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoll(text, NULL, 0) : otherwise;
}

static int64_t dataring_size(int64_t asked)
{
    int64_t size = asked > 0 ? asked : from_environment("SNF_DATARING_SIZE", DEFAULT_DATARING);
    if (size < MEGABYTE)
        size *= MEGABYTE;
    return (size + DATARING_UNIT - 1) / DATARING_UNIT * DATARING_UNIT;
}

static uint32_t ports_meant(uint32_t portnum, int flags)
{
    uint32_t all = (1u << fake_port_count) - 1;
    if (portnum == ALL_PORTS)
        return all;
    if (flags & SNF_F_AGGREGATE_PORTMASK)
        return portnum & ~all ? 0 : portnum;
    return portnum < (uint32_t)fake_port_count ? 1u << portnum : 0;
}

static int may_open(uint32_t mask, int num_rings, int64_t size, int flags)
{
    if (!mask)
        return ENODEV;
    if (num_rings > MAX_RINGS)
        return EINVAL;
    if (size > LARGEST_DATARING)
        return E2BIG;
    for (int i = 0; i < fake_port_count; i++) {
        struct port *port = &fake_ports[i];
        bool shared = flags & port->flags & SNF_F_PSHARED;
        if (mask >> i & 1 && port->handles && (!shared || port->num_rings != num_rings))
            return shared ? EINVAL : EBUSY;
    }
    return 0;
}

int snf_open(uint32_t portnum, int num_rings, const struct snf_rss_params *rss, int64_t dataring_sz, int flags,
             snf_handle_t *out)
{
    int code = fake_enter(__func__);
    fake_trace("snf_open(%d,%d,%s,%lld,%#x)", (int)portnum, num_rings, rss ? "rss" : "NULL", (long long)dataring_sz,
               flags);
    if (code || !initialised)
        return fake_leave(code ? code : EINVAL);
    if (flags < 0)
        flags = (int)from_environment("SNF_FLAGS", 0);
    if (num_rings <= 0)
        num_rings = (int)from_environment("SNF_NUM_RINGS", 1);
    if (rss && rss->mode != SNF_RSS_FLAGS)
        return fake_leave(EINVAL);
    int rss_flags = rss ? (int)rss->params.rss_flags
                        : (int)from_environment("SNF_RSS_FLAGS", SNF_RSS_IP | SNF_RSS_SRC_PORT | SNF_RSS_DST_PORT);
    int64_t size = dataring_size(dataring_sz);
    uint32_t mask = ports_meant(portnum, flags);
    code = may_open(mask, num_rings, size, flags);
    if (code)
        return fake_leave(code);

    struct snf_handle *handle = calloc(1, sizeof *handle);
    handle->magic = HANDLE_MAGIC;
    handle->mask = mask;
    handle->aggregated = flags & SNF_F_AGGREGATE_PORTMASK || portnum == ALL_PORTS;
    for (int i = 0; i < fake_port_count; i++) {
        struct port *port = &fake_ports[i];
        if (!(mask >> i & 1))
            continue;
        if (port->handles++ == 0) {
            port->flags = flags;
            port->num_rings = num_rings;
            port->rss_flags = rss_flags;
            port->dataring_size = size;
            port->last_timestamp = 0;
            for (int ring = 0; ring < num_rings; ring++)
                fake_queue_open(&port->queues[ring], port, size / num_rings);
        }
        fake_open_seen(mask, port, flags);
    }
    *out = handle;
    return fake_leave(0);
}

int snf_open_defaults(uint32_t portnum, snf_handle_t *out)
{
    return snf_open(portnum, 0, NULL, 0, -1, out);
}

static int set_started(struct snf_handle *handle, const char *function, bool started)
{
    int code = fake_enter(function);
    fake_trace("%s", function);
    fake_check_handle(handle, function);
    if (code)
        return fake_leave(code);
    for (int i = 0; i < fake_port_count; i++) {
        if (!(handle->mask >> i & 1))
            continue;
        fake_ports[i].started = started;
        if (started)
            fake_replay_started(&fake_ports[i]);
    }
    pthread_cond_broadcast(&fake_changed);
    return fake_leave(0);
}

int snf_start(snf_handle_t handle)
{
    return set_started(handle, __func__, true);
}

/* Stops every ring of the ports, also those that other handles opened. */
int snf_stop(snf_handle_t handle)
{
    return set_started(handle, __func__, false);
}

int snf_close(snf_handle_t handle)
{
    int code = fake_enter(__func__);
    fake_trace("snf_close");
    fake_check_handle(handle, __func__);
    if (code || handle->open_rings)
        return fake_leave(code ? code : EBUSY);
    for (int i = 0; i < fake_port_count; i++) {
        struct port *port = &fake_ports[i];
        if (handle->mask >> i & 1 && --port->handles == 0) {
            port->started = false;
            fake_replay_end(port);
            for (int ring = 0; ring < port->num_rings; ring++)
                fake_queue_close(&port->queues[ring]);
        }
    }
    handle->magic = 0; /* and never freed, so that a later use of it is seen */
    return fake_leave(0);
}

#if FAKE_SNF_NEWER
int snf_set_app_id(int32_t id)
{
    int code = fake_enter(__func__);
    fake_trace("snf_set_app_id(%d)", id);
    if (code || !initialised || id == -1)
        return fake_leave(code ? code : EINVAL);
    app_id = id;
    return fake_leave(0);
}
#endif
