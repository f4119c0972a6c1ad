package org.gotm.app.queryserver;

import org.gotm.store.query.Answer;

/**
 * How an answer ended.
 *
 * @param partial what of the archive did not answer whole, in words; empty if all did
 */
public record Answered(Answer answer, String partial) {
  /** What an archive says that is all in one place. */
  static Answered whole(Answer answer) {
    return new Answered(answer, "");
  }

  /** Why it is not the whole answer; empty if it is. */
  String reason() {
    return partial.isEmpty() ? answer.cutShort() : partial;
  }
}
