package org.gotm.store.retain;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a finished file, or of one that lies beside it: the capture's whole name and a
 * further suffix.
 *
 * <pre>
 * yyyy-MM-ddTHH-mm-ss[SERIES][xNNN].pcap[ng][.gz|.zst][.SUFFIX]
 * </pre>
 *
 * @param capture name of the capture
 * @param suffix what follows that, with its dot; empty for the capture itself
 */
record CaptureName(String capture, String suffix) {
  /** What a file is called beside a capture that is never to be deleted, behind its name. */
  static final String KEEP = ".keep";

  /** Letters of a date and a time in a name. */
  static final int SECOND_LENGTH = "yyyy-MM-ddTHH-mm-ss".length();

  private static final Pattern PATTERN =
      Pattern.compile(
          "(\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d(?:_w\\d+)?(?:_linktype\\d+)?(?:x+\\d{3,8})?"
              + "\\.pcap(?:ng)?(?:\\.gz|\\.zst)?)(\\..+)?");

  /** The name that a text is, or null if it is none in the folder of that day. */
  static CaptureName of(String text, String day) {
    Matcher matcher = PATTERN.matcher(text);
    if (!text.startsWith(day.replace('/', '-')) || !matcher.matches()) {
      return null;
    }
    return new CaptureName(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2));
  }

  /** True for a capture, false for what lies beside one. */
  boolean isCapture() {
    return suffix.isEmpty();
  }

  /** True for what pins the capture beside it. */
  boolean isKeep() {
    return suffix.equals(KEEP);
  }
}
