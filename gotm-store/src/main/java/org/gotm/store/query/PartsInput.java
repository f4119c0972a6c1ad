package org.gotm.store.query;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.BitSet;
import org.gotm.store.index.Granule;
import org.gotm.store.index.Sidecar;

/**
 * A capture file without the granules where no answer is: a capture of its own, packed as the file
 * is. Owns the channel. One thread.
 */
final class PartsInput extends InputStream {
  private final FileChannel channel;
  private final long[] begins;
  private final long[] ends;
  private int parts;
  private int part;
  private long position;

  /**
   * A file, or a part of it.
   *
   * @param length how much of the file there is
   * @param sidecar null to read all of it
   * @param wanted granules that are not left out
   */
  PartsInput(FileChannel channel, long length, Sidecar sidecar, BitSet wanted) {
    this.channel = channel;
    int granules = sidecar == null ? 0 : sidecar.granules();
    begins = new long[granules + 1];
    ends = new long[granules + 1];
    long begin = 0;
    for (int i = 0; i < granules; i++) {
      Granule granule = sidecar.granule(i);
      if (!wanted.get(i) && granule.offset() + granule.length() <= length) {
        addPart(begin, granule.offset());
        begin = granule.offset() + granule.length();
      }
    }
    addPart(begin, length);
    position = begins[0];
  }

  private void addPart(long begin, long end) {
    if (begin < end) {
      begins[parts] = begin;
      ends[parts++] = end;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int at, int length) throws IOException {
    while (part < parts && position == ends[part]) {
      part++;
      position = part < parts ? begins[part] : 0;
    }
    if (part == parts) {
      return -1;
    }
    int room = (int) Math.min(length, ends[part] - position);
    int n = channel.read(ByteBuffer.wrap(to, at, room), position);
    if (n > 0) {
      position += n;
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
