package org.gotm.app.cli;

import java.time.Duration;
import org.gotm.app.daemon.Settings;
import org.gotm.app.help.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What files look like, and when they end. */
@Command(optionListHeading = "%nFormat of files:%n")
final class FormatOptions {
  private static final Duration DAY = Duration.ofDays(1);

  @Option(
      names = {"-format", "--format"},
      paramLabel = "FORMAT",
      defaultValue = "pcap",
      description =
          "pcap, or pcapng: interfaces with their filter, direction, worker, drops (default:"
              + " ${DEFAULT-VALUE}).")
  private String format;

  @Option(
      names = {"-fileledger", "--fileledger"},
      description = "Write the account of each finished file beside it, as FILE.json.")
  private boolean fileLedger;

  @Option(
      names = {"-rotationalign", "--rotationalign"},
      description = "Rotate at multiples of the interval since midnight: 12:00, 12:05, ...")
  private boolean aligned;

  @Option(
      names = {"-index", "--index"},
      paramLabel = "on|off",
      defaultValue = "on",
      description =
          "Write an index beside each file, as FILE.gix, for gotm query (default: ${DEFAULT-VALUE}).")
  private String index;

  /** The settings, which must fit those of the output. */
  Settings.Files settings(Checks checks, Settings.Output output) {
    String word = checks.word("format", format, "pcap", "pcapng");
    Duration interval = output.rotationInterval();
    if (aligned && (interval.isZero() || interval.compareTo(DAY) > 0)) {
      throw checks.refusal(
          "rotationalign: needs a -rotationinterval above 0 and up to 24h, not "
              + interval.toSeconds()
              + "s");
    }
    if (output.toStandardOutput()) {
      refuseFiles(checks, output);
    }
    boolean isIndexed = checks.word("index", index, "on", "off").equals("on");
    return new Settings.Files(
        word.equals("pcapng"), fileLedger, aligned, isIndexed, Version.line());
  }

  /** What only files can have. */
  private void refuseFiles(Checks checks, Settings.Output output) {
    String option =
        aligned
            ? "rotationalign"
            : fileLedger
                ? "fileledger"
                : output.perWorker()
                    ? "output=per-worker"
                    : output.rotationBytes().isPresent() ? "rotationsize" : null;
    if (option != null) {
      throw checks.refusal(option + ": standard output is one file; choose a folder with -write");
    }
  }
}
