/* What a test tells the library and asks of it; and the way in and out of every function. */
#include "fake_snf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FUNCTIONS 64
#define TRACE_SIZE 8192
#define FOR_EVER (-1)

pthread_mutex_t fake_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t fake_changed;
atomic_int fake_wanted;
struct port fake_ports[MAX_PORTS];
int fake_port_count;
bool fake_no_interfaces;
bool fake_stats_delayed;
int64_t fake_zero_timestamps;
int64_t fake_misreport;
enum snf_timesource_state fake_timesource;

/* What is known of a function: how often it was called, and how often it is to fail, and how. */
static struct function {
    char name[40];
    long calls;
    long to_fail;
    int code;
} functions[MAX_FUNCTIONS];

static char trace[TRACE_SIZE];
static size_t trace_length;
static int64_t open_seen[6];

static struct function *function_of(const char *name)
{
    for (int i = 0; i < MAX_FUNCTIONS; i++) {
        if (!*functions[i].name)
            snprintf(functions[i].name, sizeof functions[i].name, "%s", name);
        if (!strcmp(functions[i].name, name))
            return &functions[i];
    }
    fake_abort("too many functions");
}

int fake_enter(const char *name)
{
    atomic_fetch_add(&fake_wanted, 1);
    pthread_mutex_lock(&fake_lock);
    atomic_fetch_sub(&fake_wanted, 1);
    struct function *function = function_of(name);
    function->calls++;
    if (!function->to_fail)
        return 0;
    if (function->to_fail != FOR_EVER)
        function->to_fail--;
    return function->code;
}

int fake_leave(int code)
{
    pthread_mutex_unlock(&fake_lock);
    errno = ENOTBLK; /* means nothing: the code is the answer */
    return code;
}

void fake_abort(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("fake libsnf: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    fflush(stderr);
    abort();
}

void fake_trace(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (trace_length + 128 < sizeof trace) {
        if (trace_length)
            trace[trace_length++] = ' ';
        trace_length += (size_t)vsnprintf(trace + trace_length, sizeof trace - trace_length, format, arguments);
    }
    va_end(arguments);
}

void fake_open_seen(uint32_t mask, const struct port *port, int flags)
{
    open_seen[0] = mask;
    open_seen[1] = port->num_rings;
    open_seen[2] = port->rss_flags;
    open_seen[3] = port->dataring_size;
    open_seen[4] = flags;
    open_seen[5] = port->handles;
}

static void name_ports(const char *names)
{
    char *list = strdup(names);
    char *rest = NULL;
    fake_port_count = 0;
    for (char *name = strtok_r(list, ",", &rest); name && fake_port_count < MAX_PORTS;
         name = strtok_r(NULL, ",", &rest)) {
        struct port *port = &fake_ports[fake_port_count];
        port->number = fake_port_count++;
        port->link_up = true;
        snprintf(port->name, sizeof port->name, "%s", name);
    }
    free(list);
}

static void set_up(void)
{
    const char *names = getenv("FAKE_SNF_INTERFACES");
    name_ports(names ? names : "ens1,ens4");
    fake_no_interfaces = getenv("FAKE_SNF_NO_INTERFACES") != NULL;
    fake_replay_from_environment();
}

/* FAKE_SNF_FAIL=snf_open=16:1,snf_ring_recv=4:3 makes functions fail with a code so many times; -1 is for ever. */
static void fail_from_environment(void)
{
    const char *text = getenv("FAKE_SNF_FAIL");
    char *list = strdup(text ? text : "");
    char *rest = NULL;
    for (char *item = strtok_r(list, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
        char name[40];
        int code;
        long times;
        if (sscanf(item, "%39[^=]=%d:%ld", name, &code, &times) != 3)
            fake_abort("FAKE_SNF_FAIL=%s is not function=code:times", item);
        function_of(name)->code = code;
        function_of(name)->to_fail = times;
    }
    free(list);
}

__attribute__((constructor)) static void load(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&fake_changed, &attributes);
    pthread_condattr_destroy(&attributes);
    set_up();
    fail_from_environment();
}

static int handles_open(void)
{
    int handles = 0;
    for (int i = 0; i < fake_port_count; i++)
        handles += fake_ports[i].handles;
    return handles;
}

/* Everything as it was when the library was loaded. Answers how many handles a test has left open. */
CONTROL int fake_snf_reset(void)
{
    pthread_mutex_lock(&fake_lock);
    int left_open = handles_open();
    for (int i = 0; i < fake_port_count; i++) {
        struct port *port = &fake_ports[i];
        port->started = false;
        fake_replay_end(port);
        fake_replay_forget(port);
        for (int ring = 0; port->handles && ring < port->num_rings; ring++)
            fake_queue_close(&port->queues[ring]);
    }
    memset(fake_ports, 0, sizeof fake_ports);
    memset(functions, 0, sizeof functions);
    memset(trace, 0, sizeof trace);
    trace_length = 0;
    fake_stats_delayed = false;
    fake_zero_timestamps = 0;
    fake_misreport = 0;
    fake_timesource = SNF_TIMESOURCE_LOCAL;
    fake_forget_init();
    set_up();
    pthread_mutex_unlock(&fake_lock);
    return left_open;
}

/* The next calls of a function answer code instead of doing their work; for ever if times is negative. */
CONTROL void fake_snf_fail(const char *function, int code, long times)
{
    pthread_mutex_lock(&fake_lock);
    function_of(function)->code = code;
    function_of(function)->to_fail = times;
    pthread_mutex_unlock(&fake_lock);
}

CONTROL long fake_snf_calls(const char *function)
{
    pthread_mutex_lock(&fake_lock);
    long calls = function_of(function)->calls;
    pthread_mutex_unlock(&fake_lock);
    return calls;
}

/* The calls that open, start, stop and close, in order. */
CONTROL const char *fake_snf_trace(void)
{
    return trace;
}

/* Of the last board opened: 0 port mask, 1 rings, 2 RSS flags, 3 data ring bytes, 4 flags, 5 handles. */
CONTROL int64_t fake_snf_opened(int what)
{
    return open_seen[what];
}

CONTROL void fake_snf_setenv(const char *name, const char *value_or_null)
{
    if (value_or_null)
        setenv(name, value_or_null, 1);
    else
        unsetenv(name);
}

/* As if snf_init had not been called. */
CONTROL void fake_snf_forget_init(void)
{
    fake_forget_init();
}

CONTROL void fake_snf_no_interfaces(int none)
{
    fake_no_interfaces = none;
}

/* One frame comes in at a port now. */
CONTROL void fake_snf_arrive(uint32_t port, const uint8_t *frame, uint32_t length, uint64_t timestamp)
{
    pthread_mutex_lock(&fake_lock);
    fake_arrive(fake_port(port), frame, length, timestamp);
    pthread_mutex_unlock(&fake_lock);
}

/* The next packets handed out have no timestamp. */
CONTROL void fake_snf_zero_timestamps(int64_t count)
{
    fake_zero_timestamps = count;
}

CONTROL void fake_snf_link(uint32_t port, int up)
{
    pthread_mutex_lock(&fake_lock);
    fake_port(port)->link_up = up;
    pthread_mutex_unlock(&fake_lock);
}

CONTROL void fake_snf_timesource(int state)
{
    fake_timesource = (enum snf_timesource_state)state;
}

/* Adds to a counter of the port's NIC, by its place in struct snf_ring_stats. */
CONTROL void fake_snf_count(uint32_t port, int word, uint64_t amount)
{
    pthread_mutex_lock(&fake_lock);
    ((uint64_t *)&fake_port(port)->nic)[word] += amount;
    pthread_mutex_unlock(&fake_lock);
}

/* The administrator clears the counters of a port's NIC and rings. */
CONTROL void fake_snf_clear_counters(uint32_t number)
{
    pthread_mutex_lock(&fake_lock);
    struct port *port = fake_port(number);
    memset(&port->nic, 0, sizeof port->nic);
    for (int ring = 0; ring < MAX_RINGS; ring++)
        port->queues[ring].received = port->queues[ring].overflow = 0;
    pthread_mutex_unlock(&fake_lock);
}

/* 1: statistics stay as they are now; 0: they follow again. */
CONTROL void fake_snf_delay_stats(int delayed)
{
    pthread_mutex_lock(&fake_lock);
    for (int i = 0; i < fake_port_count; i++) {
        for (int ring = 0; ring < MAX_RINGS; ring++)
            fake_stats_fill(&fake_ports[i], ring, &fake_ports[i].seen[ring]);
    }
    fake_stats_delayed = delayed;
    pthread_mutex_unlock(&fake_lock);
}

/* ring_pkt_recv is so much too large from now on, or too small if negative. */
CONTROL void fake_snf_misreport(int64_t packets)
{
    fake_misreport = packets;
}
