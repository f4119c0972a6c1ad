package org.gotm.store.compress;

import java.nio.ByteBuffer;
import org.gotm.core.pcapfile.PcapngScanner;

/**
 * Reads through the bytes of a capture file, which its first byte tells to be pcap or pcapng, to
 * find where its last whole record ends. One thread.
 */
public final class FileScanner {
  private RecordScanner pcap = new RecordScanner();
  private PcapngScanner pcapng;

  /** A scanner at the begin of a file. */
  public FileScanner() {}

  /** Reads on; stops at damage. */
  public void scan(ByteBuffer bytes) {
    if (pcap != null && pcap.offset() == 0 && isPcapng(bytes)) {
      pcapng = new PcapngScanner();
      pcap = null;
    }
    if (pcap != null) {
      pcap.scan(bytes);
    } else {
      pcapng.scan(bytes);
    }
  }

  private static boolean isPcapng(ByteBuffer bytes) {
    return bytes.hasRemaining() && PcapngScanner.isPcapng(bytes.get(bytes.position()));
  }

  /** Says that no more bytes follow. */
  public void end() {
    if (pcap != null) {
      pcap.end();
    }
  }

  /** Bytes that were read. */
  public long offset() {
    return pcap != null ? pcap.offset() : pcapng.offset();
  }

  /** Where the last whole record ends, or what comes before the first, or 0. */
  public long wholeEnd() {
    return pcap != null ? pcap.wholeEnd() : pcapng.wholeEnd();
  }

  /** Whole packets. */
  public long records() {
    return pcap != null ? pcap.records() : pcapng.records();
  }

  /** Time of the first whole packet. */
  public long firstTimestampNanos() {
    return pcap != null ? pcap.firstTimestampNanos() : pcapng.firstTimestampNanos();
  }

  /** Time of the last whole packet. */
  public long lastTimestampNanos() {
    return pcap != null ? pcap.lastTimestampNanos() : pcapng.lastTimestampNanos();
  }

  /** What is wrong with the bytes, other than that they end too early, or null. */
  public String damage() {
    return pcap != null ? pcap.damage() : pcapng.damage();
  }

  /** False when the first bytes are not those of a capture file. */
  public boolean isCapture() {
    return pcap != null ? pcap.isPcap() : pcapng.isPcapng();
  }

  /** What the name of such a file ends with, before its compression. */
  public String extension() {
    return pcap != null ? ".pcap" : ".pcapng";
  }
}
