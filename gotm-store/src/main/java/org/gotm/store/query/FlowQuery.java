package org.gotm.store.query;

import java.time.Instant;
import java.time.ZoneId;
import org.gotm.core.flow.FlowRecord;

/**
 * What flows somebody asks for, in the language of {@link Query}: the source of a flow is who sent
 * the first packet, {@code after} and {@code before} hold if a part of it was then. Immutable, but
 * for one thread at a time.
 */
public final class FlowQuery {
  private static final String LABEL = "mpls";

  private final PacketFacts facts = new PacketFacts();
  private final Condition condition;
  private final TimeRange times;

  private FlowQuery(Condition condition) {
    this.condition = condition;
    times = TimeRange.of(condition);
  }

  /**
   * Reads a query.
   *
   * @param text as for {@link Query#parse}, without {@code bpf '...'} and {@code mpls}; all flows
   *     if it is blank
   * @param now what {@code ago} is counted from
   * @param zone of times without one
   * @throws QueryException that says what is wrong, and where
   */
  public static FlowQuery parse(String text, Instant now, ZoneId zone) {
    Condition condition =
        new QueryParser(text, new QueryTimes(now, zone), FlowQuery::refuse).parse();
    if (asksForLabels(condition)) {
      throw new QueryException(
          text, Math.max(0, text.indexOf(LABEL)), "labels of MPLS are not in records of flows");
    }
    return new FlowQuery(condition);
  }

  /** What is not known of flows is not asked for: no answer would be true. */
  private static boolean asksForLabels(Condition condition) {
    return switch (condition) {
      case Condition.And and -> asksForLabels(and.first()) || asksForLabels(and.second());
      case Condition.Or or -> asksForLabels(or.first()) || asksForLabels(or.second());
      case Condition.Not not -> asksForLabels(not.condition());
      case Condition.Tagged tagged -> tagged.tag() == Condition.Tag.LABEL;
      default -> false;
    };
  }

  private static PacketTest refuse(String expression) {
    throw new IllegalArgumentException("bpf is for packets, and not for records of flows");
  }

  /** The flows that this one and another ask for. */
  public FlowQuery within(FlowQuery other) {
    return new FlowQuery(new Condition.And(other.condition, condition));
  }

  /** True if a flow is one of those asked for. */
  public boolean matches(FlowRecord flow) {
    facts.read(flow);
    return condition.matches(facts);
  }

  /** False if no flow is asked for that was only between these times, nanoseconds since 1970. */
  public boolean mayBeBetween(long firstNanos, long lastNanos) {
    return times.overlaps(firstNanos, lastNanos);
  }
}
