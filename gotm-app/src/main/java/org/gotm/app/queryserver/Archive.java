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

  /**
   * What there is, in numbers with a name each, for {@code /debug/stats}.
   *
   * @throws IOException if it cannot be told
   */
  Map<String, Long> figures() throws IOException;
}
