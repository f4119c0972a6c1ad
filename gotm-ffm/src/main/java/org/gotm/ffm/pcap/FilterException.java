package org.gotm.ffm.pcap;

import org.gotm.core.source.PacketSourceException;

/** A filter expression that libpcap cannot compile: a mistake of whoever wrote it. */
public final class FilterException extends PacketSourceException {
  private static final long serialVersionUID = 1L;

  private final String expression;

  /**
   * A refused expression.
   *
   * @param expression the filter as it was given
   * @param reason libpcap's words
   */
  public FilterException(String expression, String reason) {
    super("filter=\"%s\": %s; see man pcap-filter".formatted(expression, reason));
    this.expression = expression;
  }

  /** The filter as it was given. */
  public String expression() {
    return expression;
  }
}
