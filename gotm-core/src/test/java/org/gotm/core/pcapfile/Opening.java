package org.gotm.core.pcapfile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The ways in which the bytes of a capture file can come; all must give the same packets. */
enum Opening {
  /** A file, mapped. */
  MAPPED {
    @Override
    PcapFileSource open(byte[] content, Path folder) {
      try {
        return PcapFileSource.open(Files.write(folder.resolve("file.pcap"), content));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    PcapngFileSource openPcapng(byte[] content, Path folder) {
      try {
        return PcapngFileSource.open(Files.write(folder.resolve("file.pcapng"), content));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  },
  /** A file that somebody else holds in memory. */
  MEMORY {
    @Override
    PcapFileSource open(byte[] content, Path folder) {
      return PcapFileSource.of(Arena.ofAuto().allocateFrom(JAVA_BYTE, content), "file.pcap");
    }

    @Override
    PcapngFileSource openPcapng(byte[] content, Path folder) {
      return PcapngFileSource.of(Arena.ofAuto().allocateFrom(JAVA_BYTE, content), "file.pcapng");
    }
  },
  /** A stream that gives what is asked for. */
  STREAM {
    @Override
    PcapFileSource open(byte[] content, Path folder) {
      return PcapFileSource.open(channel(content), "file.pcap");
    }

    @Override
    PcapngFileSource openPcapng(byte[] content, Path folder) {
      return PcapngFileSource.open(channel(content), "file.pcapng");
    }
  },
  /** A pipe whose writer is slow: a few bytes at a time, and now and then none. */
  TRICKLE {
    @Override
    PcapFileSource open(byte[] content, Path folder) {
      return PcapFileSource.open(new SlowChannel(channel(content)), "file.pcap");
    }

    @Override
    PcapngFileSource openPcapng(byte[] content, Path folder) {
      return PcapngFileSource.open(new SlowChannel(channel(content)), "file.pcapng");
    }
  };

  /** Opens a source over the content. */
  abstract PcapFileSource open(byte[] content, Path folder);

  /** Opens a source over the content of a pcapng file. */
  abstract PcapngFileSource openPcapng(byte[] content, Path folder);

  private static ReadableByteChannel channel(byte[] content) {
    return Channels.newChannel(new ByteArrayInputStream(content));
  }

  /** Gives 0 to 6 bytes a read. */
  private static final class SlowChannel implements ReadableByteChannel {
    private final ReadableByteChannel channel;
    private int reads;

    SlowChannel(ReadableByteChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      int length = Math.min(reads++ % 7, into.remaining());
      ByteBuffer few = into.slice(into.position(), length);
      int read = channel.read(few);
      into.position(into.position() + Math.max(read, 0));
      return read;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
