package org.gotm.app.daemon;

import com.github.luben.zstd.ZstdInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.pcap.FilteredSource;
import org.gotm.ffm.pcap.PcapSource;

/**
 * Opens capture files, telling by their content what they are: pcap is mapped, or streamed if
 * compressed or not a regular file; everything else is libpcap's to read. One thread opens, any
 * thread asks for progress.
 */
final class FileSources {
  private static final int GZIP = 0x1f8b;
  private static final int ZSTD = 0x28b52ffd;
  private static final int BUFFER_LENGTH = 256 << 10;

  private final String filter;
  private StreamPipe pipe;
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

  /** The source for one file; {@code -} is standard input. */
  PacketSource open(String file) {
    bytesBefore += current.bytes();
    current = () -> 0;
    pipe = null;
    try {
      return FilteredSource.of(openUnfiltered(file), filter);
    } catch (NoSuchFileException e) {
      throw new PacketSourceException("read=" + file + ": no such file", e);
    } catch (IOException e) {
      throw new PacketSourceException("read=" + file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private PacketSource openUnfiltered(String file) throws IOException {
    if (file.equals("-")) {
      return openStream(new FileInputStream(FileDescriptor.in), "standard input");
    }
    Path path = Path.of(file);
    if (!Files.isRegularFile(path)) {
      return openStream(Files.newInputStream(path), file);
    }
    int magic;
    try (InputStream in = Files.newInputStream(path)) {
      magic = magic(in.readNBytes(4));
    }
    if (isPcap(magic)) {
      PcapFileSource source = PcapFileSource.open(path);
      current = source::offset;
      return source;
    }
    if (magic == ZSTD || magic >>> 16 == GZIP) {
      return openStream(Files.newInputStream(path), file);
    }
    return PcapSource.openOffline(path, "");
  }

  /**
   * A stream of pcap, plain or compressed, is read here; any other goes to libpcap through a pipe.
   */
  private PacketSource openStream(InputStream stream, String name) throws IOException {
    CountingStream counted = new CountingStream(stream);
    current = counted::bytes;
    PushbackInputStream in = peekable(counted);
    int magic = peek(in);
    if (magic == ZSTD) {
      ZstdInputStream zstd = new ZstdInputStream(in);
      in = peekable(new SalvageStream(zstd, () -> 0));
      magic = peek(in);
    } else if (magic >>> 16 == GZIP) {
      GzipCompressorInputStream gzip =
          GzipCompressorInputStream.builder()
              .setInputStream(in)
              .setDecompressConcatenated(true)
              .setBufferSize(BUFFER_LENGTH)
              .get();
      in = peekable(new SalvageStream(gzip, gzip::getBytesRead));
      magic = peek(in);
    }
    return isPcap(magic) || magic == 0
        ? PcapFileSource.open(Channels.newChannel(in), name)
        : openPiped(in, name);
  }

  private PacketSource openPiped(InputStream in, String name) throws IOException {
    pipe = StreamPipe.of(in);
    try {
      return PcapSource.openOffline(pipe.path(), name, "");
    } catch (PacketSourceException e) {
      throw new PacketSourceException(e.getMessage().replace(pipe.path().toString(), name), e);
    } finally {
      pipe.handedOver();
    }
  }

  /** What was wrong with the stream behind the file that was opened last, or null. */
  IOException streamDamage() {
    return pipe == null ? null : pipe.damage();
  }

  private static PushbackInputStream peekable(InputStream in) {
    return new PushbackInputStream(in, 4);
  }

  private static int peek(PushbackInputStream in) throws IOException {
    byte[] first = in.readNBytes(4);
    in.unread(first);
    return magic(first);
  }

  /** The first four bytes as a big-endian word, 0 if there are fewer. */
  private static int magic(byte[] first) {
    return first.length < 4
        ? 0
        : (first[0] & 0xff) << 24
            | (first[1] & 0xff) << 16
            | (first[2] & 0xff) << 8
            | first[3] & 0xff;
  }

  private static boolean isPcap(int magic) {
    return List.of(
            PcapHeaderLayout.MAGIC_MICROS,
            PcapHeaderLayout.MAGIC_NANOS,
            PcapHeaderLayout.MAGIC_MODIFIED)
        .stream()
        .anyMatch(known -> magic == known || Integer.reverseBytes(magic) == known);
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

  /** Counts what is read from the file itself. */
  private static final class CountingStream extends FilterInputStream {
    private volatile long bytes;

    CountingStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      bytes += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int count = super.read(into, offset, length);
      bytes += Math.max(count, 0);
      return count;
    }

    long bytes() {
      return bytes;
    }
  }
}
