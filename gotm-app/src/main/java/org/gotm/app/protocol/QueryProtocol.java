package org.gotm.app.protocol;

import java.util.Arrays;
import java.util.Optional;
import org.gotm.store.query.AnswerFormat;

/** Names of what goes along with a query over HTTP, and with its answer; see docs/query.md. */
public final class QueryProtocol {
  /** Header of a query: most packets of the answer; stenographer's. */
  public static final String LIMIT_PACKETS = "Steno-Limit-Packets";

  /** Header of a query: most bytes of the answer; stenographer's. */
  public static final String LIMIT_BYTES = "Steno-Limit-Bytes";

  /** Header of a query: longest time of the search, in seconds. */
  public static final String LIMIT_SECONDS = "Gotm-Limit-Seconds";

  /** Header of a query: what the answer is to look like. */
  public static final String FORMAT = "Gotm-Format";

  /** Trailer of an answer: packets in it. */
  public static final String PACKETS = "Gotm-Packets";

  /** Trailer of an answer of records of flows: how many there are in it. */
  public static final String FLOWS = "Gotm-Flows";

  /** Trailer of an answer: packets of other link types, which it has no place for. */
  public static final String LEFT_OUT = "Gotm-Left-Out";

  /** Trailer of an answer: the limit that ended it. */
  public static final String CUT_SHORT = "Gotm-Cut-Short";

  /** Trailer of an answer: why it is not whole. */
  public static final String ERROR = "Gotm-Error";

  /** Trailer of an answer of many sensors: which of them did not answer whole. */
  public static final String PARTIAL = "Gotm-Partial";

  private QueryProtocol() {}

  /** What a format is called. */
  public static String word(AnswerFormat format) {
    return switch (format) {
      case PCAP_MICRO -> "pcap-micros";
      case PCAP -> "pcap";
      case PCAPNG -> "pcapng";
    };
  }

  /** The format that is called so, if there is one. */
  public static Optional<AnswerFormat> format(String word) {
    return Arrays.stream(AnswerFormat.values())
        .filter(format -> word(format).equals(word))
        .findFirst();
  }
}
