package org.gotm.app.daemon;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.gotm.core.failure.Reason;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapngFileSource;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.FilteredSource;

/**
 * Opens capture files, telling by their content what they are: pcap and pcapng are mapped, or
 * streamed if compressed or not a regular file. One thread opens, any thread asks for progress or
 * stops.
 */
final class FileSources {
  private final String filter;
  private PcapngFileSource pcapng;
  private volatile StreamPump pump;
  private volatile boolean stopped;
  private volatile long bytesBefore;
  private volatile Progress current = () -> 0;

  /** How far a file is read. */
  @FunctionalInterface
  private interface Progress {
    long bytes();
  }

  /** Sources that let packets through a libpcap filter, or all if it is empty. */
  FileSources(String filter) {
    this.filter = filter;
  }

  /**
   * Makes sure that all files are there before anything is begun.
   *
   * @throws PacketSourceException naming the first that is not
   */
  static void check(List<String> files) {
    for (String file : files) {
      Path path = Path.of(file);
      if (file.equals("-")) {
        continue;
      }
      String reason =
          Files.notExists(path)
              ? "no such file"
              : Files.isDirectory(path)
                  ? "it is a folder; give its files"
                  : !Files.isReadable(path) ? "not permitted to read it" : null;
      if (reason != null) {
        throw new PacketSourceException("read=" + file + ": " + reason);
      }
    }
  }

  /** The source for one file, or for the first run of it; {@code -} is standard input. */
  PacketSource open(String file) {
    bytesBefore += current.bytes();
    current = () -> 0;
    pcapng = null;
    try {
      return FilteredSource.of(openUnfiltered(file), filter);
    } catch (NoSuchFileException e) {
      throw new PacketSourceException("read=" + file + ": no such file", e);
    } catch (IOException e) {
      throw new PacketSourceException("read=" + file + ": cannot be read: " + Reason.of(e), e);
    }
  }

  /**
   * The source that goes on with packets of another link type, after a {@link
   * org.gotm.core.pcapfile.LinkTypeChangeException} of the one before, which is closed by then or
   * later.
   */
  PacketSource next() {
    pcapng = pcapng.next();
    if (pump == null) {
      current = pcapng::offset;
    }
    return FilteredSource.of(pcapng, filter);
  }

  /** Ends an {@link #open} that waits for a pipe. Any thread. */
  void stop() {
    stopped = true;
    StreamPump waiting = pump;
    if (waiting != null) {
      waiting.stop();
    }
  }

  private PacketSource openUnfiltered(String file) throws IOException {
    pump = null;
    if (file.equals("-")) {
      return openStream("standard input", () -> new FileInputStream(FileDescriptor.in));
    }
    Path path = Path.of(file);
    int magic = Files.isRegularFile(path) ? magic(path) : 0;
    if (!Files.isRegularFile(path) || PackedStream.isPacked(magic)) {
      return openStream(file, () -> Files.newInputStream(path));
    }
    if (magic == PcapHeaderLayout.MAGIC_PCAPNG) {
      pcapng = PcapngFileSource.open(path);
      current = pcapng::offset;
      return pcapng;
    }
    PcapFileSource source = PcapFileSource.open(path);
    current = source::offset;
    return source;
  }

  private PacketSource openStream(String name, StreamPump.Opening opening) {
    StreamPump stream = StreamPump.of(() -> unpacked(opening.open()));
    pump = stream;
    if (stopped) {
      stream.stop();
    }
    if (stream.magic() != PcapHeaderLayout.MAGIC_PCAPNG) {
      return PcapFileSource.open(stream, name);
    }
    pcapng = PcapngFileSource.open(stream, name);
    return pcapng;
  }

  private InputStream unpacked(InputStream in) throws IOException {
    CountedStream counted = new CountedStream(in);
    current = counted::bytes;
    return PackedStream.of(counted);
  }

  /** The first four bytes as a big-endian word, 0 if there are fewer. */
  private static int magic(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] first = in.readNBytes(Integer.BYTES);
      return first.length < Integer.BYTES ? 0 : ByteBuffer.wrap(first).getInt();
    }
  }

  /** Bytes read of all files so far, as they are on disk. */
  long bytesRead() {
    return bytesBefore + current.bytes();
  }

  /** Bytes of all files, or -1 if that cannot be known. */
  static long totalBytes(List<String> files) {
    long total = 0;
    for (String file : files) {
      Path path = Path.of(file);
      if (file.equals("-") || !Files.isRegularFile(path)) {
        return -1;
      }
      total += path.toFile().length();
    }
    return total;
  }
}
