package org.gotm.store.packed;

import java.io.IOException;
import java.io.InputStream;

/**
 * What gzip members behind each other unpack to, as far as it has come: a read gives what it can
 * before it waits for more or fails, and no damage is taken for the end. Zeros behind the last
 * member are padding. One thread.
 */
public final class GzipStream extends InputStream {
  private final GzipMembers members;
  private boolean inMember;
  private boolean ended;

  /** What a stream unpacks to, which is closed with this. */
  public GzipStream(InputStream in) {
    members = new GzipMembers(in);
  }

  @Override
  public int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (!ended && length > 0) {
      if (!inMember) {
        members.skipZeros();
        inMember = members.next();
        ended = !inMember;
        continue;
      }
      int count = members.read(into, offset, length);
      if (count > 0) {
        return count;
      }
      inMember = false;
    }
    return length == 0 ? 0 : -1;
  }

  @Override
  public void close() throws IOException {
    members.close();
  }
}
