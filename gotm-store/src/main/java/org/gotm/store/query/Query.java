package org.gotm.store.query;

import java.time.Instant;
import java.time.ZoneId;

/**
 * What packets somebody asks for. Immutable, but for one thread at a time, as tests of packets are.
 */
public final class Query {
  private final String text;
  private final Condition condition;

  private Query(String text, Condition condition) {
    this.text = text;
    this.condition = condition;
  }

  /**
   * Reads a query.
   *
   * @param text stenographer's language or pcap-filter's words; all packets if it is blank
   * @param now what {@code ago} is counted from
   * @param zone of times without one
   * @param compiler for {@code bpf '...'}
   * @throws QueryException that says what is wrong, and where
   */
  public static Query parse(String text, Instant now, ZoneId zone, PacketTest.Compiler compiler) {
    return new Query(text, new QueryParser(text, new QueryTimes(now, zone), compiler).parse());
  }

  /** The packets that this one and another ask for, under the text of this one. */
  public Query within(Query other) {
    return new Query(text, new Condition.And(other.condition, condition));
  }

  Condition condition() {
    return condition;
  }

  @Override
  public String toString() {
    return text;
  }
}
