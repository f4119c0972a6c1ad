package org.gotm.store.query;

/** A query that cannot be understood: says what is wrong, and where. */
public final class QueryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int place;

  QueryException(String query, int place, String reason) {
    super("query '%s', character %d: %s".formatted(query, place + 1, reason));
    this.place = place;
  }

  /** Index of the character where it goes wrong. */
  public int place() {
    return place;
  }
}
