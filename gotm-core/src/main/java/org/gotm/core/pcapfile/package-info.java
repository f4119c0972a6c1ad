/** The pcap file format: reading it as a packet source, and the layouts that a writer fills. */
package org.gotm.core.pcapfile;
