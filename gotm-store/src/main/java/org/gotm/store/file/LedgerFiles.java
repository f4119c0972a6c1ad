package org.gotm.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;
import org.gotm.store.api.FinishedFile;

/**
 * Writes the account of a finished file beside it, under its name and {@code .json}: whole or not
 * at all, and never over what another program has put there. That it cannot be written is said in
 * the log, and changes nothing else. Any thread.
 */
public final class LedgerFiles {
  private static final String SUFFIX = ".json";

  private final FinishedNames finished;
  private final LedgerText text;
  private final Consumer<String> log;

  /**
   * Files in the folders of finished ones.
   *
   * @param log takes one line
   */
  public LedgerFiles(FinishedNames finished, LedgerText text, Consumer<String> log) {
    this.finished = finished;
    this.text = text;
    this.log = log;
  }

  /**
   * Writes the account of a file.
   *
   * @param interval of the file, or nothing for one that was mended
   */
  public void write(FinishedFile file, Optional<FileInterval> interval) {
    try {
      write(file.path(), text.of(file, interval).getBytes(UTF_8));
    } catch (IOException | RuntimeException e) {
      String reason = Reason.of(e);
      log.accept("fileledger: cannot write %s%s: %s".formatted(file.path(), SUFFIX, reason));
    }
  }

  private void write(Path file, byte[] content) throws IOException {
    Path name = Path.of(file.getFileName() + SUFFIX);
    Path temporary = Path.of("." + name + ".tmp");
    try (SecureDirectoryStream<Path> folder = finished.openFolderOf(file)) {
      if (!isFreeOrOurs(folder, name)) {
        throw new IOException("another program's file has this name");
      }
      removeIfThere(folder, temporary);
      try (var channel =
          (FileChannel)
              folder.newByteChannel(
                  temporary,
                  Set.of(
                      StandardOpenOption.CREATE_NEW,
                      StandardOpenOption.WRITE,
                      LinkOption.NOFOLLOW_LINKS))) {
        for (ByteBuffer bytes = ByteBuffer.wrap(content); bytes.hasRemaining(); ) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      folder.move(temporary, folder, name);
    }
    finished.syncFolders(file);
  }

  private static void removeIfThere(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    try {
      folder.deleteFile(name);
    } catch (NoSuchFileException e) {
      return; // as it should be
    }
  }

  private static boolean isFreeOrOurs(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    try (SeekableByteChannel channel =
        folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      ByteBuffer begin = ByteBuffer.allocate(LedgerText.BEGIN.length());
      while (begin.hasRemaining() && channel.read(begin) >= 0) {
        // on to the rest
      }
      return UTF_8.decode(begin.flip()).toString().equals(LedgerText.BEGIN);
    } catch (NoSuchFileException e) {
      return true;
    }
  }
}
