package org.gotm.app.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gotm.app.daemon.Settings;
import org.gotm.app.size.ByteSize;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.ffm.Method;
import org.gotm.ffm.pcap.FilterCompiler;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Where packets come from. */
@Command(optionListHeading = "%nWhere packets come from:%n")
final class SourceOptions {
  private static final String DEFAULT_INTERFACE = "eth0";
  private static final String DEFAULT_FILTER = FilterCompiler.DEFAULT;
  private static final int MAX_WORKERS = 256;
  private static final long MAX_BUFFER = 1L << 40;

  @Option(
      names = {"-interface", "--interface", "-i"},
      paramLabel = "NAME[,NAME...]",
      hideParamSyntax = true,
      description =
          "Interfaces to capture from (default: GOTM_INTERFACES or " + DEFAULT_INTERFACE + ").")
  private String interfaces;

  @Option(
      names = {"-read", "--read", "-r"},
      paramLabel = "FILE",
      arity = "1..*",
      description = {
        "Read files instead: pcap and pcapng, also .gz, .zst, .lz4; - for standard input.",
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
      paramLabel = "CPU[-CPU][,...]",
      hideParamSyntax = true,
      description = "Processors to bind capture threads to, in order, such as 0-1,3.")
  private String cpus;

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
          "Kernel buffer of each worker (default: 256MiB, less for several; SNF: its data ring).")
  private Long bufferBytes;

  @Option(
      names = {"-blocksize", "--blocksize"},
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "Block of an AF_PACKET ring (default: 1MiB, less for small rings).")
  private Long blockBytes;

  @Option(
      names = {"-wait", "--wait"},
      description = "Wait for interfaces that are missing or not up, instead of failing.")
  private boolean waits;

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

  Settings.Source settings(Checks checks) {
    boolean offline = !files.isEmpty();
    if (offline && interfaces != null) {
      throw checks.refusal(
          "interface=" + interfaces + " and read=" + files.getFirst() + ": give one of them");
    }
    if (files.contains("")) {
      throw checks.refusal("read=: a name is missing");
    }
    checks.range("snaplen", snaplen, 0, PcapHeaderLayout.MAX_SNAPLEN);
    checks.optionalRange("buffersize", bufferBytes, 64 << 10, MAX_BUFFER);
    checks.optionalRange("blocksize", blockBytes, 64 << 10, 64 << 20);
    return new Settings.Source(
        interfaces(checks),
        files,
        checks.oneOf("capture", captureMethod, Method.class),
        filter != null ? filter.strip() : offline ? "" : DEFAULT_FILTER,
        workers(checks),
        cpus == null ? List.of() : CpuList.parse(cpus, checks),
        snaplen == 0 ? PcapHeaderLayout.MAX_SNAPLEN : (int) snaplen,
        Optional.ofNullable(bufferBytes),
        Optional.ofNullable(blockBytes).map(Long::intValue),
        waits,
        new Settings.Snf(
            Optional.ofNullable(snfFlags),
            Optional.ofNullable(snfRssFlags),
            Optional.ofNullable(snfAppId)));
  }

  private List<String> interfaces(Checks checks) {
    List<String> names = new ArrayList<>();
    String text = interfaces == null ? defaultInterfaces() : interfaces;
    for (String part : text.split(",", -1)) {
      String name = part.strip();
      if (name.isEmpty() || name.contains("/") || names.contains(name)) {
        throw checks.refusal(
            "interface=%s: '%s' is not a name, or there twice".formatted(text, name));
      }
      names.add(name);
    }
    return names;
  }

  /** The variable is that of the original's service. */
  private static String defaultInterfaces() {
    String names = System.getenv("GOTM_INTERFACES");
    return names == null || names.isBlank() ? DEFAULT_INTERFACE : names;
  }

  private int workers(Checks checks) {
    if (workers != null) {
      checks.range("workers", workers, 1, MAX_WORKERS);
      return workers.intValue();
    }
    String rings = System.getenv("SNF_NUM_RINGS");
    if (rings == null || rings.isBlank()) {
      return 1;
    }
    try {
      int count = Integer.decode(rings.strip());
      checks.range("SNF_NUM_RINGS", count, 1, MAX_WORKERS);
      return count;
    } catch (NumberFormatException e) {
      throw checks.refusal("SNF_NUM_RINGS=" + rings + ": not a number of rings");
    }
  }
}
