/*
 * A libpcap like Myricom's build of it: there is no descriptor to wait for, a
 * read blocks for its timeout (here TIMEOUT_MILLIS of the environment, or 50),
 * and pcap_breakloop ends it. What is not defined here comes from the real
 * library, which this one is linked with.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct pcap pcap_t;
typedef void (*pcap_handler)(unsigned char *, const void *, const unsigned char *);

enum { STEP_MILLIS = 1, PCAP_ERROR_BREAK = -2, ERRBUF_SIZE = 256 };

static atomic_int broken_off;

static int real_fd(pcap_t *pcap)
{
	int (*real)(pcap_t *) = (int (*)(pcap_t *)) dlsym(RTLD_NEXT, "pcap_get_selectable_fd");
	return real(pcap);
}

int pcap_get_selectable_fd(pcap_t *pcap)
{
	(void) pcap;
	return -1;
}

void pcap_breakloop(pcap_t *pcap)
{
	void (*real)(pcap_t *) = (void (*)(pcap_t *)) dlsym(RTLD_NEXT, "pcap_breakloop");
	atomic_store(&broken_off, 1);
	real(pcap);
}

int pcap_dispatch(pcap_t *pcap, int count, pcap_handler handler, unsigned char *user)
{
	int (*real)(pcap_t *, int, pcap_handler, unsigned char *) =
		(int (*)(pcap_t *, int, pcap_handler, unsigned char *)) dlsym(RTLD_NEXT, "pcap_dispatch");
	int (*nonblock)(pcap_t *, int, char *) =
		(int (*)(pcap_t *, int, char *)) dlsym(RTLD_NEXT, "pcap_setnonblock");
	char errors[ERRBUF_SIZE];
	const char *set = getenv("TIMEOUT_MILLIS");
	int timeout = set ? atoi(set) : 50;
	struct pollfd wait = { .fd = real_fd(pcap), .events = POLLIN };

	nonblock(pcap, 1, errors);
	for (int waited = 0; waited < timeout; waited += STEP_MILLIS) {
		int packets = real(pcap, count, handler, user);
		if (packets != 0 && packets != PCAP_ERROR_BREAK)
			return packets;
		if (atomic_exchange(&broken_off, 0))
			return PCAP_ERROR_BREAK;
		poll(&wait, 1, STEP_MILLIS);
	}
	return 0;
}
