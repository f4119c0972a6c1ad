package org.gotm.app.queryclient;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of an answer. Its failures are the sensor's, and told apart from those of where the
 * answer goes.
 */
final class AnswerInput extends FilterInputStream {
  private final ConnectionProblem problem;

  AnswerInput(InputStream in, ConnectionProblem problem) {
    super(in);
    this.problem = problem;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    try {
      return in.read(bytes, offset, length);
    } catch (IOException e) {
      throw problem.brokenOff(e);
    }
  }
}
