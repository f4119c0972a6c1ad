package org.gotm.fleet.serve;

import java.time.Instant;
import java.time.ZoneId;
import org.gotm.app.bpf.BpfTests;
import org.gotm.store.query.Query;
import org.gotm.store.query.QueryException;

/** Puts what a client asks for and what it may see into one query, for sensors to read. */
final class QueryText {
  /**
   * Always true, and behind it a value alone is a host again, as at the begin of a query: so what
   * follows means what it means by itself.
   */
  private static final String FRESH = "(host 0.0.0.0 or not host 0.0.0.0)";

  private QueryText() {}

  /**
   * A query for those packets that both ask for. The condition comes first, so that nothing in the
   * query changes what it means.
   *
   * @throws QueryException if one of them is wrong by itself
   */
  static String within(String condition, String query) {
    check(query);
    check(condition);
    if (condition.isBlank()) {
      return query;
    }
    if (query.isBlank()) {
      return condition;
    }
    return beginsWithValue(query)
        ? "(%s) and %s and (%s)".formatted(condition, FRESH, query)
        : "(%s) and (%s)".formatted(condition, query);
  }

  private static void check(String query) {
    try (BpfTests tests = new BpfTests()) {
      Query.parse(query, Instant.now(), ZoneId.systemDefault(), tests);
    }
  }

  /** True if it begins with an address, which is none behind a port. */
  private static boolean beginsWithValue(String query) {
    try {
      check("(port 1) and (%s)".formatted(query));
      return false;
    } catch (QueryException e) {
      return true;
    }
  }
}
