package org.gotm.fleet.lake;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.FlowRecordLayout;
import org.gotm.store.flows.SpoolNames;

/**
 * What the names of all files that a spool file becomes begin with: its own name and a hash of its
 * first record. So a repeat makes the same names, also of a file that had an end torn off, and
 * files of two recorders that are named alike do not.
 */
final class SpoolKey {
  private static final int HASH_BYTES = 8;
  private static final int LONGEST_STEM = 80;

  private SpoolKey() {}

  /** The key of a spool file. */
  static String of(Path spool, FlowRecord first) {
    String name = spool.getFileName().toString();
    String stem =
        name.endsWith(SpoolNames.FINISHED)
            ? name.substring(0, name.length() - SpoolNames.FINISHED.length())
            : name;
    String safe = stem.replaceAll("[^A-Za-z0-9-]", "_");
    return "part-%s-%s-"
        .formatted(safe.substring(0, Math.min(safe.length(), LONGEST_STEM)), hash(first));
  }

  private static String hash(FlowRecord first) {
    byte[] bytes = new byte[FlowRecordLayout.LENGTH];
    first.copyTo(MemorySegment.ofArray(bytes), 0);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
