/* Traffic from capture files: pcap of both byte orders, micro- and nanoseconds, Ethernet. */
#include "fake_snf.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NANOS_PER_SECOND UINT64_C(1000000000)
#define FILE_HEADER 24
#define RECORD_HEADER 16

struct record {
    const uint8_t *frame;
    uint32_t length;
    uint64_t timestamp;
};

/* The records of all files of a port in order, gone through once or several times. */
struct replay {
    struct record *records;
    size_t count;
    size_t next;
    int64_t loops;
    uint64_t shift; /* added to timestamps, so that they go on growing when a loop begins */
    bool automatic;
    bool waits_for_room;
    long packets_per_second;
    bool running, stopping, started;
    pthread_t thread;
};

static struct replay *replay_of(struct port *port)
{
    if (!port->replay) {
        port->replay = calloc(1, sizeof *port->replay);
        port->replay->loops = 1;
    }
    return port->replay;
}

static uint8_t *contents(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 1); /* never freed: the records point into it */
    if (fread(bytes, 1, *size, file) != *size) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

static uint32_t word(const uint8_t *at, bool swapped)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return swapped ? __builtin_bswap32(value) : value;
}

/* The number of records read, or -1. Files that have come in to their end are forgotten. */
static long add_file(struct replay *replay, const char *path)
{
    if (replay->loops == 0) {
        replay->count = 0;
        replay->shift = 0;
        replay->loops = 1;
    }
    size_t size = 0;
    uint8_t *bytes = contents(path, &size);
    if (!bytes || size < FILE_HEADER)
        return -1;
    bool swapped = word(bytes, false) == 0xd4c3b2a1 || word(bytes, false) == 0x4d3cb2a1;
    uint32_t magic = word(bytes, swapped);
    if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)
        return -1;
    uint64_t unit = magic == 0xa1b23c4d ? 1 : 1000;
    long added = 0;
    for (size_t at = FILE_HEADER; size - at >= RECORD_HEADER; added++) {
        struct record record = {
            .frame = bytes + at + RECORD_HEADER,
            .length = word(bytes + at + 8, swapped),
            .timestamp = word(bytes + at, swapped) * NANOS_PER_SECOND + word(bytes + at + 4, swapped) * unit,
        };
        if (record.length > size - at - RECORD_HEADER)
            return -1;
        replay->records = realloc(replay->records, (replay->count + 1) * sizeof record);
        replay->records[replay->count++] = record;
        at += RECORD_HEADER + record.length;
    }
    return added;
}

static const struct record *peek(struct replay *replay)
{
    return replay->loops != 0 && replay->next < replay->count ? &replay->records[replay->next] : NULL;
}

static void advance(struct replay *replay)
{
    if (++replay->next < replay->count)
        return;
    uint64_t first = replay->records[0].timestamp;
    uint64_t last = replay->records[replay->count - 1].timestamp;
    replay->shift += (last > first ? last - first : 0) + 1;
    replay->next = 0;
    if (replay->loops > 0)
        replay->loops--;
}

/* Lets others have the lock, who would hardly get it from a thread that never sleeps. */
static void make_way(long packets_per_second)
{
    pthread_mutex_unlock(&fake_lock);
    if (packets_per_second > 0) {
        struct timespec pause = {0, (long)NANOS_PER_SECOND / packets_per_second};
        nanosleep(&pause, NULL);
    }
    while (atomic_load(&fake_wanted) > 0)
        sched_yield();
    pthread_mutex_lock(&fake_lock);
}

static void *run(void *argument)
{
    struct port *port = argument;
    struct replay *replay = port->replay;
    const struct record *record;
    pthread_mutex_lock(&fake_lock);
    while (!replay->stopping && (record = peek(replay))) {
        if (!port->started || (replay->waits_for_room && !fake_has_room(port, record->frame, record->length))) {
            pthread_cond_wait(&fake_changed, &fake_lock);
            continue;
        }
        fake_arrive(port, record->frame, record->length, record->timestamp + replay->shift);
        advance(replay);
        make_way(replay->packets_per_second);
    }
    replay->running = false;
    pthread_cond_broadcast(&fake_changed);
    pthread_mutex_unlock(&fake_lock);
    return NULL;
}

void fake_replay_started(struct port *port)
{
    struct replay *replay = port->replay;
    if (!replay || !replay->automatic || replay->started)
        return;
    replay->started = replay->running = true;
    replay->stopping = false;
    if (pthread_create(&replay->thread, NULL, run, port))
        fake_abort("cannot start a thread");
}

void fake_replay_end(struct port *port)
{
    struct replay *replay = port->replay;
    if (!replay || !replay->started)
        return;
    replay->stopping = true;
    pthread_cond_broadcast(&fake_changed);
    pthread_mutex_unlock(&fake_lock);
    pthread_join(replay->thread, NULL);
    pthread_mutex_lock(&fake_lock);
    replay->started = false;
}

void fake_replay_forget(struct port *port)
{
    if (port->replay)
        free(port->replay->records);
    free(port->replay);
    port->replay = NULL;
}

/* Adds a file to what a port will receive; answers how many packets it has, or -1 if it is not pcap. */
CONTROL long fake_snf_add_file(uint32_t port, const char *path)
{
    pthread_mutex_lock(&fake_lock);
    long added = add_file(replay_of(fake_port(port)), path);
    pthread_mutex_unlock(&fake_lock);
    return added;
}

/*
 * From the next snf_start on, the files of a port come in by themselves: loops times, for ever if negative. At full
 * speed if packets_per_second is 0; without loss if the replay waits for room in the rings.
 */
CONTROL void fake_snf_replay(uint32_t port, int64_t loops, int waits_for_room, long packets_per_second)
{
    pthread_mutex_lock(&fake_lock);
    struct replay *replay = replay_of(fake_port(port));
    replay->automatic = true;
    replay->loops = loops;
    replay->waits_for_room = waits_for_room;
    replay->packets_per_second = packets_per_second;
    pthread_mutex_unlock(&fake_lock);
}

/* 1 while a replay has packets to give. */
CONTROL int fake_snf_is_replaying(uint32_t port)
{
    pthread_mutex_lock(&fake_lock);
    struct replay *replay = fake_port(port)->replay;
    int running = replay && replay->running;
    pthread_mutex_unlock(&fake_lock);
    return running;
}

/* The next count packets of a port's files come in at once; all that are left if negative. Answers how many. */
CONTROL long fake_snf_arrive_from_files(uint32_t number, long count)
{
    pthread_mutex_lock(&fake_lock);
    struct port *port = fake_port(number);
    struct replay *replay = replay_of(port);
    const struct record *record;
    long arrived = 0;
    while ((count < 0 || arrived < count) && (record = peek(replay))) {
        fake_arrive(port, record->frame, record->length, record->timestamp + replay->shift);
        advance(replay);
        arrived++;
    }
    pthread_mutex_unlock(&fake_lock);
    return arrived;
}

static long number_of(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text ? strtol(text, NULL, 0) : otherwise;
}

/*
 * FAKE_SNF_FILES_<port>=a.pcap:b.pcap come in by themselves after snf_start: FAKE_SNF_LOOPS times (1), at
 * FAKE_SNF_PPS packets a second (0: full speed), without loss unless FAKE_SNF_LOSSY=1.
 */
void fake_replay_from_environment(void)
{
    for (int i = 0; i < fake_port_count; i++) {
        char name[32];
        snprintf(name, sizeof name, "FAKE_SNF_FILES_%d", i);
        const char *text = getenv(name);
        if (!text)
            continue;
        struct replay *replay = replay_of(&fake_ports[i]);
        char *list = strdup(text);
        char *rest = NULL;
        for (char *path = strtok_r(list, ":", &rest); path; path = strtok_r(NULL, ":", &rest)) {
            if (add_file(replay, path) < 0)
                fake_abort("%s: not a pcap file", path);
        }
        free(list);
        replay->automatic = true;
        replay->loops = number_of("FAKE_SNF_LOOPS", 1);
        replay->waits_for_room = !number_of("FAKE_SNF_LOSSY", 0);
        replay->packets_per_second = number_of("FAKE_SNF_PPS", 0);
    }
}
