package org.gotm.store.query;

/** The form of an answer. */
public enum AnswerFormat {
  /** Classic pcap with microseconds, as stenographer answers: longer packets are cut to 65536. */
  PCAP_MICRO,
  /** Classic pcap with nanoseconds. */
  PCAP,
  /** Pcapng, which takes packets of several link types. */
  PCAPNG
}
