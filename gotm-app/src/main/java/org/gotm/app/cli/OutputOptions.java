package org.gotm.app.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.gotm.app.daemon.Settings;
import org.gotm.app.size.ByteSize;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.store.api.Compression;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What is written, and where to. */
@Command(optionListHeading = "%nFiles:%n")
final class OutputOptions {
  @Option(
      names = {"-write", "--write", "-w"},
      paramLabel = "FOLDER",
      defaultValue = "out",
      description = "Output folder, or - for standard output (default: ${DEFAULT-VALUE}).")
  private Path outputFolder;

  @Option(
      names = {"-compress", "--compress"},
      paramLabel = "CODEC[:LEVEL]",
      arity = "0..1",
      fallbackValue = "gzip",
      preprocessor = GoFlag.class,
      converter = CompressionOption.class,
      description = "-compress for gzip, or =gzip, =zstd, =zstd:3 (default: off).")
  private Compression compression = new Compression.None();

  @Option(
      names = {"-rotationinterval", "--rotationinterval"},
      paramLabel = "DURATION",
      defaultValue = "300s",
      converter = GoDuration.class,
      description = "Age at which a file is finished; 0 for never (default: ${DEFAULT-VALUE}).")
  private Duration rotationInterval;

  @Option(
      names = {"-rotationsize", "--rotationsize"},
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "Size at which a file is finished (default: none).")
  private Long rotationBytes;

  @Option(
      names = {"-flushinterval", "--flushinterval"},
      paramLabel = "DURATION",
      defaultValue = "1s",
      converter = GoDuration.class,
      description =
          "How long a packet may wait in memory on a quiet link (default: ${DEFAULT-VALUE}).")
  private Duration flushInterval;

  @Option(
      names = {"-output", "--output"},
      paramLabel = "KIND",
      defaultValue = "merged",
      description =
          "merged: one series of files in time order; per-worker: one each (default:"
              + " ${DEFAULT-VALUE}).")
  private String outputKind;

  @Option(
      names = {"-timestampprecision", "--timestampprecision"},
      paramLabel = "UNIT",
      defaultValue = "nano",
      description = "nano or micro (default: ${DEFAULT-VALUE}).")
  private String precision;

  @Option(
      names = {"-utc", "--utc"},
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = GoFlag.class,
      converter = GoBoolean.class,
      description = "Name files in UTC (default: false).")
  private boolean utc;

  @Option(
      names = {"-skipempty", "--skipempty"},
      description = "Remove files without a packet, as quiet links make them.")
  private boolean skipEmpty;

  Settings.Output settings(Checks checks) {
    if (outputFolder.toString().isEmpty()) {
      throw checks.refusal("write=: a name is missing");
    }
    checks.positive("flushinterval", flushInterval);
    checks.optionalRange("rotationsize", rotationBytes, 64 << 10, Long.MAX_VALUE);
    String kind = checks.word("output", outputKind, "merged", "per-worker");
    return new Settings.Output(
        outputFolder,
        compression,
        rotationInterval,
        Optional.ofNullable(rotationBytes),
        flushInterval,
        checks.oneOf("timestampprecision", precision, TimestampPrecision.class),
        utc,
        kind.equals("per-worker"),
        skipEmpty);
  }
}
