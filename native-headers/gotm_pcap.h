/* What jextract reads for org.gotm.ffm.pcap.generated; the names kept are listed in pcap.args. */
#ifndef GOTM_PCAP_H
#define GOTM_PCAP_H

#include <pcap/pcap.h>

#endif
