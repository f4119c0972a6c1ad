package org.gotm.store.retain;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.zip.GZIPInputStream;
import org.gotm.core.pcapfile.PcapHeaderLayout;

/**
 * The time of a capture's first packet: from its first record, or from its name if it has none that
 * can be read.
 */
final class FirstPacket {
  private static final int NEEDED = PcapHeaderLayout.LENGTH + 8;
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH-mm-ss");

  private FirstPacket() {}

  /** Seconds since 1970, with a fraction; NaN if the name is no time either. */
  static double seconds(Path root, CaptureFile file, ZoneId zone) {
    try {
      double seconds = ofRecord(beginning(root.resolve(file.path())));
      return Double.isNaN(seconds) ? ofName(file, zone) : seconds;
    } catch (IOException e) {
      return ofName(file, zone); // it has gone, or is damaged
    }
  }

  private static double ofName(CaptureFile file, ZoneId zone) {
    try {
      return LocalDateTime.parse(file.second(), SECOND).atZone(zone).toEpochSecond();
    } catch (DateTimeException e) {
      return Double.NaN;
    }
  }

  private static double ofRecord(ByteBuffer beginning) {
    ByteBuffer bytes = beginning.order(ByteOrder.nativeOrder());
    if (bytes.remaining() < NEEDED) {
      return Double.NaN;
    }
    long seconds = Integer.toUnsignedLong(bytes.getInt(PcapHeaderLayout.LENGTH));
    long fraction = Integer.toUnsignedLong(bytes.getInt(PcapHeaderLayout.LENGTH + 4));
    return switch (bytes.getInt(0)) {
      case PcapHeaderLayout.MAGIC_NANOS -> seconds + fraction / 1e9;
      case PcapHeaderLayout.MAGIC_MICROS -> seconds + fraction / 1e6;
      default -> Double.NaN;
    };
  }

  /** The first bytes of a capture, uncompressed; fewer than needed if there are no more. */
  private static ByteBuffer beginning(Path path) throws IOException {
    try (InputStream file =
            Files.newInputStream(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        InputStream bytes = unpacked(path.toString(), file)) {
      return ByteBuffer.wrap(bytes.readNBytes(NEEDED));
    }
  }

  private static InputStream unpacked(String name, InputStream file) throws IOException {
    if (name.endsWith(".gz")) {
      return new GZIPInputStream(file);
    }
    return name.endsWith(".zst") ? new ZstdInputStreamNoFinalizer(file) : file;
  }
}
