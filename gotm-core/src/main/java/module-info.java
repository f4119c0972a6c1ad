/**
 * Everything about packets and flows, in pure Java: decoding, the flow table with its cutoff, the
 * capture worker, chunks of pcap records and the ledger that accounts for every packet.
 *
 * <p>No native library is needed; the sources that read from interfaces are in {@code
 * org.gotm.ffm}.
 */
@SuppressWarnings("module") // org.gotm.ffm is built after this
module org.gotm.core {
  exports org.gotm.core.capture;
  exports org.gotm.core.chunk;
  exports org.gotm.core.flow;
  exports org.gotm.core.packet;
  exports org.gotm.core.pcapfile;
  exports org.gotm.core.source;
  exports org.gotm.core.failure to
      org.gotm.app,
      org.gotm.ffm,
      org.gotm.store;
  exports org.gotm.core.memory to
      org.gotm.ffm;
}
