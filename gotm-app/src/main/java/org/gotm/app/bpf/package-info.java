/** Expressions of libpcap as tests of packets. */
package org.gotm.app.bpf;
