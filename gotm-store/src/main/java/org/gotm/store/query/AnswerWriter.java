package org.gotm.store.query;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes packets as an answer, in the order in which they come, until a limit is reached. One
 * thread.
 */
public final class AnswerWriter {
  private static final long FIRST_BYTES = 16;

  private final AnswerStream stream;
  private final Limits limits;
  private long packets;
  private long bytes = FIRST_BYTES;
  private long leftOut;
  private String cutShort = "";

  /**
   * An answer without packets.
   *
   * @param out is flushed, not closed
   * @param limits of which that of time is left to {@link #endByTime}
   */
  public AnswerWriter(OutputStream out, AnswerFormat format, Limits limits) {
    this.stream = new AnswerStream(out, format);
    this.limits = limits;
  }

  /**
   * Writes the packet at hand.
   *
   * @param interfaceName what pcapng says that it is from; empty for nothing
   */
  public void write(Found packet, String interfaceName) throws IOException {
    if (!stream.write(packet, interfaceName)) {
      leftOut++;
      return;
    }
    packets++;
    bytes += AnswerStream.RECORD_LENGTH + packet.caplen();
    if (limits.packets() > 0 && packets >= limits.packets()) {
      cutShort = "limit of %d packets".formatted(limits.packets());
    } else if (limits.bytes() > 0 && bytes >= limits.bytes()) {
      cutShort = "limit of %d bytes".formatted(limits.bytes());
    }
  }

  /** Ends the answer as the limit of time does. */
  public void endByTime() {
    cutShort = "limit of time %s".formatted(limits.time());
  }

  /** True once a limit is reached, and nothing may follow. */
  public boolean isFull() {
    return !cutShort.isEmpty();
  }

  /** Sends what was written on its way, after the file's header at least. */
  public void flush() throws IOException {
    stream.flush();
  }

  /**
   * What became of it.
   *
   * @param files capture files looked into
   * @param looked packets looked at
   */
  public Answer answer(int files, long looked) {
    return new Answer(packets, bytes, leftOut, files, looked, cutShort);
  }
}
