package org.gotm.fleet.lake;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.gotm.core.flow.FlowRecordLayout;
import org.gotm.store.flows.FlowRow;
import org.gotm.store.flows.SpoolFormatException;
import org.gotm.store.flows.SpoolReader;

/**
 * Makes files of the table of spool files, in a fixed amount of memory. One thread, which holds the
 * {@link LakeLock}.
 *
 * <p>All files of a spool file are written aside and synced before the first is put into its place.
 * Their names follow from the spool file, so a repeat after a crash replaces them by equal ones;
 * what an earlier attempt of another version has left beside them goes. When all is done the spool
 * file may be deleted.
 */
final class Conversion implements AutoCloseable {
  /** Hours in which the flows of one spool file may begin; more than that is no record's truth. */
  static final int MAX_HOURS = 1000;

  private static final String UNFINISHED = ".tmp";

  private final Lake lake;
  private final ZstdCodec codec = new ZstdCodec();
  private final PartWriter writer;
  private final FlowRow row = new FlowRow(null);

  Conversion(Lake lake, Map<String, String> metadata) {
    this.lake = lake;
    writer = new PartWriter(codec, metadata);
  }

  /**
   * What became of a spool file.
   *
   * @param records in the table now
   * @param missing records that are holes in the file
   * @param tornBytes behind the last whole record
   */
  record Outcome(long records, long missing, int tornBytes) {
    boolean isWhole() {
      return missing == 0 && tornBytes == 0;
    }
  }

  /**
   * Converts a file, durably.
   *
   * @throws SpoolFormatException if it is no spool file of a version that is known
   * @throws DamagedSpoolException if it is garbage
   * @throws IOException if it cannot be read, or the lake cannot be written to; then the table has
   *     nothing of it, or what a repeat replaces
   */
  Outcome convert(Path spool) throws IOException {
    clear(lake.workFolder());
    try (SpoolReader reader = new SpoolReader(spool)) {
      List<Part> parts = new ArrayList<>();
      long records = 0;
      try (SpoolSlice slice = new SpoolSlice(Files.size(spool) / FlowRecordLayout.LENGTH)) {
        String key = "";
        Set<Long> hours = new HashSet<>();
        for (int number = 0; slice.fill(reader); number++) {
          key = number == 0 ? SpoolKey.of(spool, slice.first()) : key;
          hours.addAll(slice.hours().keySet());
          if (hours.size() > MAX_HOURS) {
            throw new DamagedSpoolException(
                "%s: flows of more than %d hours; its times are garbage"
                    .formatted(spool, MAX_HOURS));
          }
          records += write(slice, reader, "%s%05d.parquet".formatted(key, number), parts);
        }
        publish(parts, key);
      }
      return new Outcome(records, reader.passedOver(), reader.tornBytes());
    }
  }

  private long write(SpoolSlice slice, SpoolReader reader, String name, List<Part> parts)
      throws IOException {
    long records = 0;
    for (Map.Entry<Long, Integer> hour : slice.hours().entrySet()) {
      Path written = lake.workFolder().resolve(name + "-" + hour.getKey() + UNFINISHED);
      slice.sort(hour.getKey());
      write(slice, hour.getValue(), reader, written);
      Part part = new Part(written, lake.partition(hour.getKey()).resolve(name));
      part.sync();
      parts.add(part);
      records += hour.getValue();
    }
    return records;
  }

  private void write(SpoolSlice slice, int count, SpoolReader reader, Path file)
      throws IOException {
    writer.write(file, count, place -> row.at(slice.sorted(place), reader.header()));
  }

  private void publish(List<Part> parts, String key) throws IOException {
    Set<Path> targets = new HashSet<>();
    Set<Path> folders = new TreeSet<>();
    for (Part part : parts) {
      part.publish();
      targets.add(part.target());
      folders.add(part.target().getParent());
    }
    for (Path folder : folders) {
      removeOthers(folder, key, targets);
      for (Path at = folder; at.startsWith(lake.folder()); at = at.getParent()) {
        Part.syncFolder(at);
      }
    }
  }

  private static void removeOthers(Path folder, String key, Set<Path> targets) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, key + "*")) {
      for (Path file : files) {
        if (!targets.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }

  private static void clear(Path workFolder) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(workFolder, "*" + UNFINISHED)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void close() {
    codec.close();
  }
}
