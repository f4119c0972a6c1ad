/* A libpcap whose captures start with a warning. */
#define _GNU_SOURCE
#include <dlfcn.h>

#define PCAP_WARNING_TSTAMP_TYPE_NOTSUP 3

int pcap_activate(void *pcap)
{
    int (*activate)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "pcap_activate");
    int status = activate(pcap);
    return status == 0 ? PCAP_WARNING_TSTAMP_TYPE_NOTSUP : status;
}
