package org.gotm.app.daemon;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Packets to standard output, for another program to read. */
final class StandardOutput {
  private StandardOutput() {}

  /**
   * A channel to it; closing it ends a write that waits for a reader.
   *
   * @throws StartException if it is a terminal
   */
  static WritableByteChannel open() {
    if (isTerminal()) {
      throw new StartException(
          "write=-: standard output is a terminal; send it to a file or a program");
    }
    return new FileOutputStream(FileDescriptor.out).getChannel();
  }

  private static boolean isTerminal() {
    try {
      Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/1"));
      return target.startsWith("/dev/pts") || target.toString().startsWith("/dev/tty");
    } catch (IOException e) {
      return false; // without /proc it is taken for what it most likely is
    }
  }
}
