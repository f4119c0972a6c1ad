package org.gotm.fleet.lake;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.help.HelpOptions;
import org.gotm.app.help.Version;
import org.gotm.core.failure.Reason;
import org.gotm.ffm.linux.Libc;
import org.gotm.store.flows.SpoolFormatException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code gotm flows convert}. */
@Command(
    name = "convert",
    description = {
      "Makes Parquet files of finished flow records, and deletes those that it has converted.",
      "Other programs read them as one table: LAKE/date=.../hour=.../sensor=.../part-....parquet"
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all is in the table",
      "1:a file could not be converted, or not all of it",
      "2:wrong usage"
    })
public final class ConvertCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final int NICEST = 19;
  private static final String DAMAGED = ".damaged";

  /** Held, as a level is forgotten with the logger that it was set for. */
  private static final Logger PARQUET = Logger.getLogger("org.apache.parquet");

  @Spec private CommandSpec spec;

  @Option(
      names = {"-lake", "--lake"},
      paramLabel = "FOLDER",
      required = true,
      description = "Folder of the table.")
  private Path folder;

  @Option(
      names = {"-sensor", "--sensor"},
      paramLabel = "NAME",
      description = "Name of the sensor in the table (default: the name of this machine).")
  private String sensor;

  @Option(
      names = {"-keep", "--keep"},
      description = "Keeps what is converted; a repeat replaces its part of the table by the same.")
  private boolean keep;

  @Parameters(
      paramLabel = "SPOOL",
      arity = "1..*",
      description =
          "Finished files of flow records, folders of them, or a recorder's output folder.")
  private List<Path> spools;

  private boolean isFailed;

  /** A command that is not run yet. */
  public ConvertCommand() {}

  @Override
  public Integer call() throws IOException {
    Lake lake = new Lake(folder.toAbsolutePath().normalize(), sensorName());
    List<Path> files = Spools.of(spools);
    giveWay();
    PARQUET.setLevel(Level.WARNING);
    long records = 0;
    try (LakeLock _ = LakeLock.take(lake);
        Conversion conversion = new Conversion(lake, metadata())) {
      for (Path file : files) {
        records += convert(conversion, file);
      }
    }
    say("%d flow records of %d files are in lake=%s".formatted(records, files.size(), folder));
    return isFailed ? ExitCodes.FAILED : ExitCodes.OK;
  }

  private String sensorName() {
    String name = sensor == null ? hostName() : sensor;
    if (!Lake.isName(name)) {
      throw new ParameterException(
          spec.commandLine(),
          "sensor=%s: a name has letters, digits and . _ - only, and a letter among them"
              .formatted(name));
    }
    return name;
  }

  private static String hostName() {
    try {
      return Files.readString(HOST_NAME).strip(); // no resolver has to know it
    } catch (IOException e) {
      return ""; // then it has to be given
    }
  }

  private static Map<String, String> metadata() {
    return Map.of(
        "gotm.schema.version", FlowTable.SCHEMA_VERSION, "gotm.version", Version.number());
  }

  private long convert(Conversion conversion, Path file) {
    try {
      Conversion.Outcome outcome = conversion.convert(file);
      if (!outcome.isWhole()) {
        fail(
            "%s: damaged: %d records are converted, %d are holes, %d bytes are torn off at its end"
                .formatted(file, outcome.records(), outcome.missing(), outcome.tornBytes()));
        setAside(file);
      } else if (!keep) {
        delete(file);
      }
      return outcome.records();
    } catch (SpoolFormatException | DamagedSpoolException e) {
      fail(e.getMessage());
      setAside(file);
    } catch (NoSuchFileException e) {
      fail(e.getMessage() + ": gone before it was converted");
    } catch (IOException e) {
      fail("%s: not converted, and kept: %s".formatted(file, Reason.withFile(e)));
    }
    return 0;
  }

  private static void delete(Path file) throws IOException {
    Files.delete(file);
    Part.syncFolder(file.toAbsolutePath().getParent());
  }

  private void setAside(Path file) {
    Path aside = file.resolveSibling(file.getFileName() + DAMAGED);
    try {
      if (!keep) {
        Files.move(file, aside);
        say("%s: kept as %s".formatted(file, aside.getFileName()));
      }
    } catch (IOException e) {
      fail("%s: stays where it is: %s".formatted(file, Reason.of(e)));
    }
  }

  private void fail(String line) {
    isFailed = true;
    say(line);
  }

  /** Takes processor and disk only when nobody else does, as far as that may be asked for. */
  private static void giveWay() {
    try (Arena arena = Arena.ofConfined()) {
      Libc libc = new Libc(arena);
      int nice = libc.setThreadNice(NICEST);
      int io = libc.setThreadIdleIo();
      if (nice < 0 || io < 0) {
        say("cannot give way to a capture: " + Libc.message(Math.min(nice, io)));
      }
    }
  }

  private static void say(String line) {
    System.err.println("gotm: " + line);
  }
}
