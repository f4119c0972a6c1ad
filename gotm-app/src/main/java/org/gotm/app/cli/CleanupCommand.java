package org.gotm.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.gotm.app.daemon.ExitCodes;
import org.gotm.app.help.HelpOptions;
import org.gotm.store.retain.Cleanup;
import org.gotm.store.retain.Retention;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code gotm cleanup}: exits with 0 when the limits are kept, 1 when something could
 * not be deleted that was to go.
 */
@Command(
    name = "cleanup",
    description =
        "Deletes the oldest finished files until the limits are kept, and exits; also while gotm"
            + " records. Files with a .keep beside them, and folders kept/, stay.")
final class CleanupCommand implements Callable<Integer> {
  @Mixin private HelpOptions help;

  @Spec private CommandSpec spec;
  @Mixin private RetentionOptions retention;

  @Option(
      names = {"-write", "--write", "-w"},
      paramLabel = "FOLDER",
      defaultValue = "out",
      description = "Output folder; may be given several times (default: ${DEFAULT-VALUE}).")
  private List<Path> folders;

  @Option(
      names = {"-utc", "--utc"},
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = GoFlag.class,
      converter = GoBoolean.class,
      description = "Files are named in UTC (default: false).")
  private boolean utc;

  @Option(
      names = {"-dryrun", "--dryrun"},
      description = "Delete nothing, and print what would go.")
  private boolean dry;

  @Override
  public Integer call() {
    Checks checks = new Checks(spec.commandLine());
    Retention limits = retention.settings(checks);
    if (limits.isOff()) {
      throw checks.refusal("cleanup: give a limit: -diskfree, -diskbudget or -maxage");
    }
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        throw checks.refusal("write=%s: no such folder".formatted(folder));
      }
    }
    return run(limits);
  }

  private int run(Retention limits) {
    Cleanup.Options options =
        new Cleanup.Options(
            limits,
            utc ? ZoneOffset.UTC : ZoneId.systemDefault(),
            dry,
            () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
    Cleanup cleanup = new Cleanup(options, System.out::println, Main::print);
    boolean done = cleanup.run(folders);
    System.out.println(cleanup.total());
    return done ? ExitCodes.OK : ExitCodes.FAILED;
  }
}
