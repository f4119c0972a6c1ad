package org.gotm.store.retain;

/** What a pass has deleted, for one line of the log. One thread. */
final class PassSummary {
  private int files;
  private long bytes;
  private Pass.Deletion last;

  /** Nothing yet. */
  PassSummary() {}

  /** A file went. */
  void add(Pass.Deletion deletion) {
    files++;
    bytes += deletion.bytes();
    last = deletion;
  }

  /** How many. */
  int files() {
    return files;
  }

  /** What they took. */
  long bytes() {
    return bytes;
  }

  /** The line; at least one file went. */
  String text() {
    return "deleted %d file%s, %s, up to %s, for %s"
        .formatted(
            files, files == 1 ? "" : "s", ByteText.of(bytes), last.file().path(), last.reason());
  }
}
