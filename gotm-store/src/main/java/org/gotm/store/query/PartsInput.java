package org.gotm.store.query;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.BitSet;
import org.gotm.store.index.Granule;
import org.gotm.store.index.Sidecar;

/**
 * The header and some granules of a capture file, behind each other: a capture of its own, packed
 * as the file is. Owns the channel. One thread.
 */
final class PartsInput extends InputStream {
  private final FileChannel channel;
  private final long[] begins;
  private final long[] ends;
  private int part;
  private long position;

  PartsInput(FileChannel channel, Sidecar sidecar, BitSet granules) {
    this.channel = channel;
    int parts = 1 + granules.cardinality();
    begins = new long[parts];
    ends = new long[parts];
    ends[0] = sidecar.headerLength();
    int k = 1;
    for (int i = granules.nextSetBit(0); i >= 0; i = granules.nextSetBit(i + 1)) {
      Granule granule = sidecar.granule(i);
      begins[k] = granule.offset();
      ends[k++] = granule.offset() + granule.length();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int at, int length) throws IOException {
    while (part < begins.length && position == ends[part]) {
      part++;
      position = part < begins.length ? begins[part] : 0;
    }
    if (part == begins.length) {
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
