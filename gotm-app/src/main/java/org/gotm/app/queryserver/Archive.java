package org.gotm.app.queryserver;

import java.io.IOException;
import java.util.Map;
import org.gotm.store.query.QueryException;

/**
 * Where the packets of answers come from: folders of a recorder, or sensors elsewhere. Any thread,
 * several inquiries at a time.
 */
public interface Archive {
  /**
   * Answers.
   *
   * @throws QueryException if the query is wrong; then nothing was written
   * @throws IOException if there is no answer, or not all of it
   */
  Answered answer(Inquiry inquiry) throws IOException;

  /** True if there are records of flows. */
  default boolean hasFlows() {
    return false;
  }

  /**
   * Answers with records of flows, a line each; what the inquiry says of packets is meant of them.
   *
   * @param isJson false for lines that people read
   * @throws QueryException if the query is wrong; then nothing was written
   * @throws IOException if there is no answer, or not all of it
   */
  default Answered answerFlows(Inquiry inquiry, boolean isJson) throws IOException {
    throw new IOException("there are no records of flows here");
  }

  /**
   * What there is, in numbers with a name each, for {@code /debug/stats}.
   *
   * @throws IOException if it cannot be told
   */
  Map<String, Long> figures() throws IOException;
}
