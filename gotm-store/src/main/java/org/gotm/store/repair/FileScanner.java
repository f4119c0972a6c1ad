package org.gotm.store.repair;

import java.nio.ByteBuffer;
import org.gotm.core.pcapfile.PcapngScanner;

/**
 * Reads through the bytes of a capture file, which its first byte tells to be pcap or pcapng, to
 * find where its last whole record ends. One thread.
 */
final class FileScanner {
  private RecordScanner pcap = new RecordScanner();
  private PcapngScanner pcapng;

  /** Reads on; stops at damage. */
  void scan(ByteBuffer bytes) {
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
  void end() {
    if (pcap != null) {
      pcap.end();
    }
  }

  /** Bytes that were read. */
  long offset() {
    return pcap != null ? pcap.offset() : pcapng.offset();
  }

  /** Where the last whole record ends, or what comes before the first, or 0. */
  long wholeEnd() {
    return pcap != null ? pcap.wholeEnd() : pcapng.wholeEnd();
  }

  /** Whole packets. */
  long records() {
    return pcap != null ? pcap.records() : pcapng.records();
  }

  /** Time of the first whole packet. */
  long firstTimestampNanos() {
    return pcap != null ? pcap.firstTimestampNanos() : pcapng.firstTimestampNanos();
  }

  /** Time of the last whole packet. */
  long lastTimestampNanos() {
    return pcap != null ? pcap.lastTimestampNanos() : pcapng.lastTimestampNanos();
  }

  /** What is wrong with the bytes, other than that they end too early, or null. */
  String damage() {
    return pcap != null ? pcap.damage() : pcapng.damage();
  }

  /** False when the first bytes are not those of a capture file. */
  boolean isCapture() {
    return pcap != null ? pcap.isPcap() : pcapng.isPcapng();
  }

  /** What the name of such a file ends with, before its compression. */
  String extension() {
    return pcap != null ? ".pcap" : ".pcapng";
  }
}
