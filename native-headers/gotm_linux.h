/* What jextract reads for org.gotm.ffm.linux.generated; the names kept are listed in linux.args. */
#ifndef GOTM_LINUX_H
#define GOTM_LINUX_H

/* The C library first: its headers switch off the kernel's duplicates, not the other way round. */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>

#endif
