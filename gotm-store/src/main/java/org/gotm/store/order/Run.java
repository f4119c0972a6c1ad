package org.gotm.store.order;

import java.lang.foreign.MemorySegment;
import org.gotm.core.capture.Ledger;
import org.gotm.core.pcapfile.RecordFormat;

/**
 * A stretch of whole records of one worker that come next in the order of time. It points into the
 * worker's chunk, and is valid until {@link TimeMerge#taken}. Reused for ever. One thread.
 */
public final class Run {
  private final RecordFormat format;
  private MemorySegment memory;
  private int begin;
  private int length;
  private int packets;
  private Ledger ledger;
  private int last;
  private boolean startsFile;

  Run(RecordFormat format) {
    this.format = format;
  }

  /** Points at the first record of a feed; {@link #add} adds more. */
  void begin(WorkerFeed feed, boolean newStartsFile) {
    memory = feed.chunk().memory();
    begin = feed.offset();
    length = 0;
    packets = 0;
    ledger = feed.ledger();
    startsFile = newStartsFile;
    add();
  }

  /** Adds the record behind the last one. */
  void add() {
    last = begin + length;
    length += format.lengthAt(memory, last);
    packets++;
  }

  /** Leaves out the records at the end that do not fit; the first one always stays. */
  public void cutTo(long room) {
    if (length <= room) {
      return;
    }
    length = 0;
    packets = 0;
    do {
      add();
    } while (length + format.lengthAt(memory, begin + length) <= room);
  }

  /** Bytes of the first record. */
  public int firstLength() {
    return format.lengthAt(memory, begin);
  }

  /** The memory that the records lie in. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where in the memory the first record begins. */
  public int begin() {
    return begin;
  }

  /** Bytes of all records. */
  public int length() {
    return length;
  }

  /** Number of records. */
  public int packets() {
    return packets;
  }

  /** The account of their worker. */
  public Ledger ledger() {
    return ledger;
  }

  /** Time of the first record, nanoseconds since 1970. */
  public long firstNanos() {
    return format.timestampNanosAt(memory, begin);
  }

  /** Time of the last record, nanoseconds since 1970. */
  public long lastNanos() {
    return format.timestampNanosAt(memory, last);
  }

  /**
   * True when a new file is due before the first record. The first worker to get there starts the
   * file for all of them.
   */
  public boolean startsFile() {
    return startsFile;
  }
}
