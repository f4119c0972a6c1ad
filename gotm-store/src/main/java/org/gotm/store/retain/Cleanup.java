package org.gotm.store.retain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gotm.core.failure.Reason;
import org.gotm.store.api.RecordingException;

/**
 * One pass over output folders that ends when the limits are kept, also while recorders write to
 * them: the oldest files of all folders on a disk go first. One thread.
 */
public final class Cleanup {
  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu/MM/dd");

  private final Options options;
  private final Consumer<String> deletions;
  private final Consumer<String> problems;
  private long files;
  private long bytes;
  private boolean failed;

  /**
   * How it is to be done.
   *
   * @param retention the limits; a budget is that of each folder
   * @param zone the time zone of file names
   * @param dry true to delete nothing, and to tell of what would go
   * @param epochNanos the clock, nanoseconds since 1970
   */
  public record Options(Retention retention, ZoneId zone, boolean dry, LongSupplier epochNanos) {}

  /**
   * A pass that has not begun.
   *
   * @param deletions takes a line for each file that goes: why, its bytes, its path
   * @param problems takes a line for what cannot be done
   */
  public Cleanup(Options options, Consumer<String> deletions, Consumer<String> problems) {
    this.options = options;
    this.deletions = deletions;
    this.problems = problems;
  }

  /**
   * Deletes what the limits ask for.
   *
   * @return true if all could be done, and the limits are kept
   * @throws RecordingException if a folder cannot be read, with the line to show to the user
   */
  public boolean run(List<Path> folders) {
    try {
      Map<Object, List<Path>> disks = new LinkedHashMap<>();
      for (Path folder : folders) {
        Object disk = Files.getAttribute(folder, "unix:dev");
        disks.computeIfAbsent(disk, key -> new ArrayList<>()).add(folder);
      }
      for (List<Path> onOneDisk : disks.values()) {
        runOnOneDisk(onOneDisk);
      }
      return !failed;
    } catch (IOException e) {
      throw new RecordingException("cleanup: cannot read " + Reason.withFile(e), e);
    }
  }

  private void runOnOneDisk(List<Path> folders) throws IOException {
    Disk disk = Disk.of(folders.getFirst());
    Trouble trouble = new Trouble(folders.getFirst(), System::nanoTime, this::onProblem);
    List<HeldFolder> held = new ArrayList<>();
    for (Path folder : folders) {
      held.add(hold(folder, trouble));
    }
    RetentionPlan plan = new RetentionPlan(options.retention(), options.zone());
    plan.note(disk.space(), 0, System.nanoTime());
    Goal goal = plan.goal(options.epochNanos().getAsLong());
    long free = new Pass(held, disk, options.dry(), trouble, this::onDeleted).run(goal, () -> true);
    if (free < plan.limitBytes()) {
      onProblem(
          "write=%s: less is free than diskfree=%s, and no file is left that may be deleted"
              .formatted(folders.getFirst(), options.retention().diskFree().orElseThrow()));
    }
    held.stream().filter(folder -> folder.isOverBudget(goal)).forEach(this::onOverBudget);
  }

  private HeldFolder hold(Path folder, Trouble trouble) throws IOException {
    CaptureTree tree = new CaptureTree(folder, trouble);
    FolderBytes counted = new FolderBytes(tree);
    boolean counts = options.retention().diskBudget().isPresent();
    while (counts && counted.step()) {
      counts = !Thread.currentThread().isInterrupted();
    }
    return new HeldFolder(tree, new OldestFirst(tree, this::today), counted);
  }

  private String today() {
    Instant now = Instant.ofEpochSecond(options.epochNanos().getAsLong() / 1_000_000_000);
    return options.dry() ? "" : DAY.format(now.atZone(options.zone()));
  }

  private void onDeleted(Pass.Deletion deletion) {
    files++;
    bytes += deletion.bytes();
    deletions.accept(
        "%s %d %s"
            .formatted(
                deletion.reason(),
                deletion.bytes(),
                deletion.folder().tree().root().resolve(deletion.file().path())));
  }

  private void onOverBudget(HeldFolder folder) {
    onProblem(
        "write=%s: files take more than diskbudget=%s, and none is left that may be deleted"
            .formatted(
                folder.tree().root(), ByteText.of(options.retention().diskBudget().orElseThrow())));
  }

  private void onProblem(String text) {
    failed = true;
    problems.accept(text);
  }

  /** What was deleted, or would be, in one line. */
  public String total() {
    return "%s %d files, %d bytes (%s)"
        .formatted(options.dry() ? "would delete" : "deleted", files, bytes, ByteText.of(bytes));
  }
}
