package org.gotm.store.retain;

import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Deletes the oldest captures of the folders on one disk until a goal is reached. Between two files
 * it looks at the disk again, so that several recorders on one disk do not all delete what one of
 * them would have to. One thread.
 */
final class Pass {
  private final List<HeldFolder> folders;
  private final Disk disk;
  private final boolean dry;
  private final Trouble trouble;
  private final Consumer<Deletion> listener;

  /**
   * A file that went.
   *
   * @param folder that it was in
   * @param file which
   * @param bytes with what lay beside it
   * @param reason name of the limit
   */
  record Deletion(HeldFolder folder, CaptureFile file, long bytes, String reason) {}

  /**
   * A pass over folders on one disk.
   *
   * @param dry true to delete nothing, and to tell of what would go
   * @param listener hears of each file that went
   */
  Pass(
      List<HeldFolder> folders,
      Disk disk,
      boolean dry,
      Trouble trouble,
      Consumer<Deletion> listener) {
    this.folders = folders;
    this.disk = disk;
    this.dry = dry;
    this.trouble = trouble;
    this.listener = listener;
  }

  /**
   * Deletes until the goal is reached, nothing is left or it is told to stop.
   *
   * @param goesOn asked before each file
   * @return what is free then
   */
  long run(Goal goal, BooleanSupplier goesOn) throws IOException {
    long free = disk.space().freeBytes();
    HeldFolder folder;
    while (goesOn.getAsBoolean() && (folder = next(goal, free)) != null) {
      free += delete(folder, folder.reason(goal, free));
      free = dry ? free : Math.max(free, disk.space().freeBytes());
    }
    return free;
  }

  /** The folder with the oldest capture of all that are to go, or null if none is. */
  private HeldFolder next(Goal goal, long free) throws IOException {
    HeldFolder next = null;
    for (HeldFolder folder : folders) {
      if (folder.reason(goal, free) != null && (next == null || isOlder(folder, next))) {
        next = folder;
      }
    }
    return next;
  }

  private static boolean isOlder(HeldFolder one, HeldFolder other) throws IOException {
    return one.oldest().peek().path().compareTo(other.oldest().peek().path()) < 0;
  }

  /** Takes the oldest capture, and deletes it if it may be; answers what that freed. */
  private long delete(HeldFolder folder, String reason) {
    CaptureFile file = folder.oldest().take();
    try {
      long bytes = folder.tree().bytesOf(file);
      if (bytes < 0) {
        return 0;
      }
      if (!dry) {
        folder.tree().delete(file);
      }
      account(new Deletion(folder, file, bytes, reason));
      return bytes;
    } catch (IOException e) {
      trouble.report(Trouble.Cause.DELETE, "delete", folder.tree().root().resolve(file.path()), e);
      return 0;
    }
  }

  private void account(Deletion deletion) {
    FolderBytes bytes = deletion.folder().bytes();
    if (deletion.bytes() == 0) {
      bytes.countAgain(deletion.file().day()); // another instance was faster
      return;
    }
    bytes.add(deletion.file().day(), -deletion.bytes());
    listener.accept(deletion);
  }
}
