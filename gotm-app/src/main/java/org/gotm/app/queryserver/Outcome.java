package org.gotm.app.queryserver;

import java.util.Locale;

/** What became of a query. */
enum Outcome {
  /** The whole answer was sent. */
  OK,
  /** A limit cut the answer short, or not all of many sensors answered whole. */
  CUT,
  /** It was not begun: not permitted, wrong, or too many at a time. */
  REFUSED,
  /** It could not be answered, or not to the end. */
  FAILED,
  /** The client has gone. */
  CANCELLED;

  /** The word for it in metrics and the log. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
