package org.gotm.store.flows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.FlowRecordLayout;
import org.gotm.store.file.FinishedNames;

/** A file of flow records as it is written. One thread. */
final class SpoolFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final SpoolHeader header;
  private final FlowRecord record = new FlowRecord();
  private SpoolTimes times = SpoolTimes.NONE;
  private long end;
  private boolean isDirty;

  /** Makes a file, which is not there yet. */
  SpoolFile(Path path, SpoolHeader header) throws IOException {
    this.path = path;
    this.header = header;
    channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    try {
      end = write(header.bytes(times), 0);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  SpoolHeader header() {
    return header;
  }

  Path path() {
    return path;
  }

  /**
   * Appends records. If that fails, they are not there: what was written of them is written over.
   */
  void append(MemorySegment records) throws IOException {
    end = write(records.asByteBuffer(), end);
    isDirty = true;
    for (long at = 0; at < records.byteSize(); at += FlowRecordLayout.LENGTH) {
      record.at(records, at);
      times = times.with(record.firstNanos(), record.lastNanos());
    }
  }

  private long write(ByteBuffer bytes, long from) throws IOException {
    long at = from;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    return at;
  }

  /** Brings it to the disk, if anything came since. */
  void sync() throws IOException {
    if (isDirty) {
      channel.force(false);
      isDirty = false;
    }
  }

  /** Brings it to the disk, complete, and gives it another name, which nothing has yet. */
  void finish(Path name) throws IOException {
    complete();
    channel.force(true);
    if (Files.exists(name, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(name.toString());
    }
    Files.move(path, name, StandardCopyOption.ATOMIC_MOVE);
    FinishedNames.syncFolder(name.toAbsolutePath().getParent());
    channel.close();
  }

  /** Gives it, complete, the name of another file, whose place it takes; for readers of now. */
  void replace(Path name) throws IOException {
    complete();
    Files.move(path, name, StandardCopyOption.ATOMIC_MOVE);
    channel.close();
  }

  /** Says in its header what times it is about. */
  private void complete() throws IOException {
    channel.truncate(end);
    write(header.bytes(times), 0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
