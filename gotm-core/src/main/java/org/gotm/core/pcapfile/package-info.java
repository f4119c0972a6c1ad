/**
 * The pcap and pcapng file formats: reading them as packet sources, and the layouts that a writer
 * fills.
 */
package org.gotm.core.pcapfile;
