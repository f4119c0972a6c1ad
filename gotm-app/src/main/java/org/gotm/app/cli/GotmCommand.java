package org.gotm.app.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.gotm.app.bench.BenchCommand;
import org.gotm.app.daemon.CaptureMethod;
import org.gotm.app.daemon.Recorder;
import org.gotm.app.daemon.Settings;
import org.gotm.app.doctor.DoctorCommand;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.gotm.ffm.pcap.FilterCompiler;
import org.gotm.store.api.Compression;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code gotm}: its options, their ranges, and the settings they make. */
@Command(
    name = "gotm",
    description = {
      "Records every packet of a link, cutting each flow off after its first packets and bytes.",
      "Options may be written with one dash or two. Durations: 300ms, 5s, 1m30s. Sizes: 65536,"
          + " 64KiB, 1GiB.",
      "Arguments may come from a file: @file"
    },
    sortOptions = false,
    versionProvider = Version.class,
    subcommands = {BenchCommand.class, DoctorCommand.class})
final class GotmCommand implements Callable<Integer> {
  private static final String DEFAULT_FILTER = FilterCompiler.DEFAULT;
  private static final int MAX_WORKERS = 256;
  private static final int MAX_FLOWS = 1 << 29;
  private static final long MAX_BUFFER = 1L << 40;
  private static final int MAX_PORT = 65535;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-interface", "--interface", "-i"},
      paramLabel = "NAME[,NAME...]",
      hideParamSyntax = true,
      split = ",",
      defaultValue = "eth0",
      description = "Interfaces to capture from (default: ${DEFAULT-VALUE}).")
  private List<String> interfaces;

  @Option(
      names = {"-r", "--read"},
      paramLabel = "FILE",
      arity = "1..*",
      description = {
        "Read files instead: pcap, pcap.gz, pcap.zst, pcapng; - for standard input.",
        "Without -filter every packet of a file is read."
      })
  private List<String> files = List.of();

  @Option(
      names = {"-capture", "--capture"},
      paramLabel = "METHOD",
      defaultValue = "auto",
      description = "How to capture: auto, afpacket, snf or pcap (default: ${DEFAULT-VALUE}).")
  private String captureMethod;

  @Option(
      names = {"-filter", "--filter"},
      paramLabel = "EXPRESSION",
      description = "libpcap filter; '' for everything (default: " + DEFAULT_FILTER + ").")
  private String filter;

  @Option(
      names = {"-workers", "--workers"},
      paramLabel = "N",
      converter = WholeNumber.class,
      description = "Capture threads an interface (default: SNF_NUM_RINGS or 1).")
  private Long workers;

  @Option(
      names = {"-cpus", "--cpus"},
      paramLabel = "CPU[,CPU...]",
      hideParamSyntax = true,
      split = ",",
      converter = WholeNumber.class,
      description = "Processors to bind capture threads to, in order.")
  private List<Long> cpus = List.of();

  @Option(
      names = {"-snaplen", "--snaplen", "-s"},
      paramLabel = "BYTES",
      defaultValue = "262144",
      converter = ByteSize.class,
      description = "Bytes of a packet to keep; 0 for all (default: ${DEFAULT-VALUE}).")
  private long snaplen;

  @Option(
      names = {"-buffersize", "--buffersize"},
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description =
          "Kernel buffer of each worker (default: 256MiB, shared by several, but 64MiB each at"
              + " least; SNF: its data ring, SNF_DATARING_SIZE).")
  private Long bufferBytes;

  @Option(
      names = {"-blocksize", "--blocksize"},
      paramLabel = "SIZE",
      defaultValue = "1MiB",
      converter = ByteSize.class,
      description = "Block of an AF_PACKET ring (default: ${DEFAULT-VALUE}).")
  private long blockBytes;

  @Option(
      names = {"-snf-flags", "--snf-flags"},
      paramLabel = "N",
      converter = CInteger.class,
      description = "SNF: flags of the port, such as 0x1 to share it (default: SNF_FLAGS).")
  private Integer snfFlags;

  @Option(
      names = {"-snf-rss-flags", "--snf-rss-flags"},
      paramLabel = "N",
      converter = CInteger.class,
      description = "SNF: fields that tell rings apart (default: SNF_RSS_FLAGS).")
  private Integer snfRssFlags;

  @Option(
      names = {"-snf-app-id", "--snf-app-id"},
      paramLabel = "N",
      converter = CInteger.class,
      description = "SNF: application id (default: SNF_APP_ID, which wins over the option).")
  private Integer snfAppId;

  @Option(
      names = {"-bytecutoff", "--bytecutoff"},
      paramLabel = "SIZE",
      defaultValue = "8192",
      converter = ByteSize.class,
      description =
          "Cut a flow off after this many payload bytes; 0 for never (default: ${DEFAULT-VALUE}).")
  private long byteCutoff;

  @Option(
      names = {"-packetcutoff", "--packetcutoff"},
      paramLabel = "N",
      defaultValue = "100",
      converter = WholeNumber.class,
      description =
          "Cut a flow off after this many packets; 0 for never (default: ${DEFAULT-VALUE}).")
  private long packetCutoff;

  @Option(
      names = {"-keepcontrol", "--keepcontrol"},
      paramLabel = "BOOL",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = GoFlag.class,
      description = "Keep SYN, FIN and RST after the cut (default: true).")
  private boolean keepControl = true;

  @Option(
      names = {"-flowtimeout", "--flowtimeout"},
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = GoDuration.class,
      description = "Idle time after which a flow is forgotten (default: ${DEFAULT-VALUE}).")
  private Duration flowTimeout;

  @Option(
      names = {"-flowkey", "--flowkey"},
      paramLabel = "KIND",
      defaultValue = "bidirectional",
      description =
          "bidirectional, or directional: each direction a flow (default: ${DEFAULT-VALUE}).")
  private String flowKey;

  @Option(
      names = {"-maxflows", "--maxflows"},
      paramLabel = "N",
      defaultValue = "1000000",
      converter = WholeNumber.class,
      description = "Flows the table of a worker holds (default: ${DEFAULT-VALUE}).")
  private long maxFlows;

  @Option(
      names = {"-largeflowsize", "--largeflowsize"},
      paramLabel = "MIB",
      defaultValue = "1024",
      converter = WholeNumber.class,
      description =
          "Size in MiB at which a flow is logged, then at every doubling (default:"
              + " ${DEFAULT-VALUE}).")
  private long largeFlowMebibytes;

  @Option(
      names = {"-write", "--write", "-w"},
      paramLabel = "FOLDER",
      defaultValue = "out",
      description = "Output folder (default: ${DEFAULT-VALUE}).")
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
      description = "Age at which a file is finished (default: ${DEFAULT-VALUE}).")
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
      paramLabel = "BOOL",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = GoFlag.class,
      description = "Name files in UTC (default: false).")
  private boolean utc;

  @Option(
      names = {"-timeinterval", "--timeinterval"},
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = GoDuration.class,
      description = "Interval of statistics lines (default: ${DEFAULT-VALUE}).")
  private Duration timeInterval;

  @Option(
      names = {"-metrics-address", "--metrics-address"},
      paramLabel = "HOST:PORT",
      defaultValue = "localhost:8080",
      description =
          "Where /metrics and /healthz are; :9102, host:port or off (default: ${DEFAULT-VALUE}).")
  private String metricsAddress;

  @Option(
      names = {"-list-interfaces", "--list-interfaces", "-D"},
      description = "List the interfaces that can be captured from, and exit.")
  private boolean listInterfaces;

  @Option(
      names = {"-version", "--version", "-V"},
      versionHelp = true,
      description = "Print the version and exit.")
  private boolean versionAsked;

  @Option(
      names = {"-help", "--help", "-h"},
      usageHelp = true,
      description = "Print this help and exit.")
  private boolean helpAsked;

  @Override
  public Integer call() throws Exception {
    if (listInterfaces) {
      return new ListInterfacesCommand().call();
    }
    return new Recorder(settings(), System.getenv()).run();
  }

  /**
   * The settings that the options make.
   *
   * @throws ParameterException if a value is out of its range, or options contradict each other
   */
  Settings settings() {
    boolean offline = !files.isEmpty();
    if (offline && isGiven("-interface")) {
      throw usage(
          "interface="
              + String.join(",", interfaces)
              + " and read="
              + files.getFirst()
              + ": give one of them");
    }
    if (outputFolder.toString().isEmpty() || files.contains("")) {
      throw usage((files.contains("") ? "read" : "write") + "=: a name is missing");
    }
    range("packetcutoff", packetCutoff, 0, Long.MAX_VALUE);
    range("maxflows", maxFlows, 1, MAX_FLOWS);
    range("largeflowsize", largeFlowMebibytes, 1, Long.MAX_VALUE >> 20);
    range("snaplen", snaplen, 0, PcapHeaderLayout.MAX_SNAPLEN);
    if (bufferBytes != null) {
      range("buffersize", bufferBytes, 64 << 10, MAX_BUFFER);
    }
    range("blocksize", blockBytes, 64 << 10, 64 << 20);
    positive("timeinterval", timeInterval);
    positive("flowtimeout", flowTimeout);
    positive("rotationinterval", rotationInterval);
    positive("flushinterval", flushInterval);
    if (rotationBytes != null) {
      range("rotationsize", rotationBytes, 64 << 10, Long.MAX_VALUE);
    }
    return new Settings(
        checkedInterfaces(),
        files,
        oneOf("capture", captureMethod, CaptureMethod.class),
        filter != null ? filter.strip() : offline ? "" : DEFAULT_FILTER,
        workers(),
        checkedCpus(),
        snaplen == 0 ? PcapHeaderLayout.MAX_SNAPLEN : (int) snaplen,
        Optional.ofNullable(bufferBytes),
        new Settings.Snf(
            Optional.ofNullable(snfFlags),
            Optional.ofNullable(snfRssFlags),
            Optional.ofNullable(snfAppId)),
        (int) blockBytes,
        Cutoff.of(packetCutoff, byteCutoff).withKeepControl(keepControl),
        flowTimeout,
        word("flowkey", flowKey, "bidirectional", "directional").equals("directional"),
        (int) maxFlows,
        largeFlowMebibytes << 20,
        timeInterval,
        outputFolder,
        compression,
        rotationInterval,
        Optional.ofNullable(rotationBytes),
        flushInterval,
        oneOf("timestampprecision", precision, TimestampPrecision.class),
        utc,
        word("output", outputKind, "merged", "per-worker").equals("per-worker"),
        metricsAddress());
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private List<String> checkedInterfaces() {
    List<String> names = new ArrayList<>();
    for (String name : interfaces) {
      String stripped = name.strip();
      if (stripped.isEmpty() || stripped.contains("/") || names.contains(stripped)) {
        throw usage(
            "interface="
                + String.join(",", interfaces)
                + ": '"
                + stripped
                + "' is not a name, or there twice");
      }
      names.add(stripped);
    }
    return names;
  }

  private int workers() {
    if (workers != null) {
      range("workers", workers, 1, MAX_WORKERS);
      return workers.intValue();
    }
    String rings = System.getenv("SNF_NUM_RINGS");
    if (rings == null || rings.isBlank()) {
      return 1;
    }
    try {
      int count = Integer.decode(rings.strip());
      range("SNF_NUM_RINGS", count, 1, MAX_WORKERS);
      return count;
    } catch (NumberFormatException e) {
      throw usage("SNF_NUM_RINGS=" + rings + ": not a number of rings");
    }
  }

  private List<Integer> checkedCpus() {
    for (long cpu : cpus) {
      range("cpus", cpu, 0, Runtime.getRuntime().availableProcessors() - 1);
    }
    return cpus.stream().map(Long::intValue).toList();
  }

  private Optional<InetSocketAddress> metricsAddress() {
    if (metricsAddress.equals("off") || metricsAddress.isEmpty()) {
      return Optional.empty();
    }
    int colon = metricsAddress.lastIndexOf(':');
    String host = colon < 0 ? "" : metricsAddress.substring(0, colon).replaceAll("^\\[|]$", "");
    String portText = metricsAddress.substring(colon + 1);
    int port = portText.matches("\\d{1,5}") ? Integer.parseInt(portText) : -1;
    if (port < 0 || port > MAX_PORT) {
      throw usage(
          "metrics-address="
              + metricsAddress
              + ": not host:port, :port or off, with port up to 65535");
    }
    return Optional.of(
        host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port));
  }

  private <E extends Enum<E>> E oneOf(String name, String value, Class<E> type) {
    String[] words =
        Arrays.stream(type.getEnumConstants())
            .map(constant -> constant.name().toLowerCase(Locale.ROOT))
            .toArray(String[]::new);
    return Enum.valueOf(type, word(name, value, words).toUpperCase(Locale.ROOT));
  }

  private String word(String name, String value, String... words) {
    if (!List.of(words).contains(value)) {
      throw usage(name + "=" + value + ": not one of " + String.join(", ", words));
    }
    return value;
  }

  private void range(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw usage(name + "=" + value + ": not from " + least + " to " + most);
    }
  }

  private void positive(String name, Duration value) {
    if (value.isZero()) {
      throw usage(name + "=0: must be above 0");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
