package org.gotm.store.query;

import java.io.IOException;
import java.io.InputStream;
import org.gotm.core.pcapfile.LinkTypeChangeException;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.core.pcapfile.PcapngFileSource;
import org.gotm.core.source.PacketBatch;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;

/** The answers in one capture file, in the file's order. One thread. */
final class FileSearch implements AutoCloseable {
  private final String name;
  private final boolean isCurrent;
  private final Condition condition;
  private final PacketFacts facts;
  private final Found found = new Found();
  private final Runnable checkpoint;
  private PacketSource source;
  private boolean hasEnded;
  private long packets;

  /**
   * Looks through a capture.
   *
   * @param in the file or those parts of it where answers may be
   * @param name for messages
   * @param isCurrent true if the file is still written
   * @param facts may be shared with other searches of the thread
   * @param checkpoint called every few packets; throws to end the search
   */
  FileSearch(
      InputStream in,
      String name,
      boolean isCurrent,
      Condition condition,
      PacketFacts facts,
      Runnable checkpoint)
      throws IOException {
    this.name = name;
    this.isCurrent = isCurrent;
    this.condition = condition;
    this.facts = facts;
    this.checkpoint = checkpoint;
    try {
      source = open(CaptureBytes.of(in), name);
    } catch (IOException e) {
      in.close();
      throw new PacketSourceException("%s: cannot be read: %s".formatted(name, e.getMessage()), e);
    } catch (PacketSourceException e) {
      in.close();
      throw e;
    }
  }

  private static PacketSource open(CaptureBytes bytes, String name) throws IOException {
    return bytes.isPcapng()
        ? PcapngFileSource.open(bytes.channel(), name)
        : PcapFileSource.open(bytes.channel(), name);
  }

  /**
   * Goes on until there is an answer at hand.
   *
   * @return false if there is none any more
   * @throws PacketSourceException if the file is damaged from here on
   */
  boolean advance() {
    while (found.isEmpty() && !hasEnded) {
      checkpoint.run();
      try {
        hasEnded = source.poll(this::take) == PacketSource.END;
      } catch (LinkTypeChangeException e) {
        source = ((PcapngFileSource) source).next();
      }
    }
    return !found.isEmpty();
  }

  private void take(PacketBatch batch) {
    int linkType = source.linkType();
    for (int i = 0; i < batch.count(); i++) {
      facts.read(batch, i, linkType);
      if (condition.matches(facts)) {
        found.add(batch, i, linkType);
      }
    }
    packets += batch.count();
  }

  /** The file's name, which orders packets of the same time. */
  String name() {
    return name;
  }

  /** The answers at hand. */
  Found found() {
    return found;
  }

  /** True if the file is still written. */
  boolean isCurrent() {
    return isCurrent;
  }

  /** Packets looked at. */
  long packets() {
    return packets;
  }

  @Override
  public void close() {
    source.close();
  }
}
