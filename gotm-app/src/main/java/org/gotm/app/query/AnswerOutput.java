package org.gotm.app.query;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the packets of an answer go; tells its failures apart from those of the search. */
final class AnswerOutput extends FilterOutputStream {
  private final String target;

  private AnswerOutput(OutputStream out, String target) {
    super(out);
    this.target = target;
  }

  /** A file, or {@code -} for standard output. */
  static OutputStream open(String target) throws OutputException {
    try {
      OutputStream out =
          target.equals("-")
              ? new FileOutputStream(FileDescriptor.out)
              : Files.newOutputStream(Path.of(target));
      return new AnswerOutput(out, target);
    } catch (IOException e) {
      throw new OutputException(target, e);
    }
  }

  @Override
  public void write(int value) throws OutputException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws OutputException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw new OutputException(target, e);
    }
  }

  @Override
  public void close() throws OutputException {
    try {
      out.close();
    } catch (IOException e) {
      throw new OutputException(target, e);
    }
  }
}
