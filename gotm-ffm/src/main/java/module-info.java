/**
 * Everything native: packet sources over libpcap, Linux AF_PACKET and Myricom SNF, and the few
 * system calls that they need. Generated bindings stay inside.
 */
module org.gotm.ffm {
  requires transitive org.gotm.core;

  exports org.gotm.ffm;
  exports org.gotm.ffm.afpacket;
  exports org.gotm.ffm.bpf;
  exports org.gotm.ffm.ebpf;
  exports org.gotm.ffm.fanout;
  exports org.gotm.ffm.kernelcut;
  exports org.gotm.ffm.linux;
  exports org.gotm.ffm.pcap;
  exports org.gotm.ffm.snf;
}
