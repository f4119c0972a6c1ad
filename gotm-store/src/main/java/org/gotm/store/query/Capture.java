package org.gotm.store.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import org.gotm.store.index.Sidecar;

/**
 * A capture file that may have answers, before it is searched.
 *
 * @param file where it is, or was when it was found
 * @param firstNanos not after the first of its answers
 * @param current the file if it is still written, and may get another name; null if it is finished
 * @param length how much of a current file there was when it was found
 * @param sidecar its index, or null for none
 * @param granules where answers may be
 */
record Capture(
    Path file,
    long firstNanos,
    FileChannel current,
    long length,
    Sidecar sidecar,
    BitSet granules) {

  boolean isCurrent() {
    return current != null;
  }

  /** The parts of the file where answers may be. To be called once; the caller closes it. */
  InputStream open() throws IOException {
    if (isCurrent()) {
      return new PartsInput(current, length, sidecar, granules);
    }
    if (sidecar == null) {
      return Files.newInputStream(file);
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new PartsInput(channel, channel.size(), sidecar, granules);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Lets go of a file that will not be opened. */
  void close() {
    try {
      if (isCurrent()) {
        current.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a file cannot be closed", e);
    }
  }
}
