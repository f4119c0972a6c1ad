package org.gotm.app.cli;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.gotm.app.daemon.Settings;
import org.gotm.core.flow.Cutoff;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a flow is and where it is cut. */
@Command(optionListHeading = "%nFlows:%n")
final class FlowOptions {
  private static final int MAX_FLOWS = 1 << 29;

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
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = GoFlag.class,
      converter = GoBoolean.class,
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
      paramLabel = "LIST",
      defaultValue = "bidirectional",
      description =
          "bidirectional, or directional: each direction a flow; and what separates networks with"
              + " the same addresses: vlan, mpls, vni (default: ${DEFAULT-VALUE}).")
  private String flowKey;

  @Option(
      names = {"-tunnels", "--tunnels"},
      paramLabel = "on|off|LIST",
      defaultValue = "on",
      description =
          "Tunnels to look into, whose inner packets make the flows: ipip, gre, erspan, vxlan,"
              + " geneve, gtp, teredo, capwap, pseudowire, cmd, pbb (default: ${DEFAULT-VALUE}).")
  private String tunnels;

  @Option(
      names = {"-tunnelports", "--tunnelports"},
      paramLabel = "NAME=PORT",
      description = "More UDP ports of tunnels: vxlan=4444,geneve=6082; may be repeated.")
  private List<String> tunnelPorts = List.of();

  @Option(
      names = {"-maxflows", "--maxflows"},
      paramLabel = "N",
      converter = WholeNumber.class,
      description =
          "Flows the table of a worker holds (default: 1000000, less for more than two workers).")
  private Long maxFlows;

  @Option(
      names = {"-largeflowsize", "--largeflowsize"},
      paramLabel = "MIB",
      defaultValue = "1024",
      converter = WholeNumber.class,
      description =
          "Size in MiB at which a flow is logged, then at every doubling (default:"
              + " ${DEFAULT-VALUE}).")
  private long largeFlowMebibytes;

  Settings.Flows settings(Checks checks) {
    checks.range("packetcutoff", packetCutoff, 0, Long.MAX_VALUE);
    checks.optionalRange("maxflows", maxFlows, 1, MAX_FLOWS);
    checks.range("largeflowsize", largeFlowMebibytes, 1, Long.MAX_VALUE >> 20);
    checks.positive("flowtimeout", flowTimeout);
    return new Settings.Flows(
        Cutoff.of(packetCutoff, byteCutoff).withKeepControl(keepControl),
        flowTimeout,
        new FlowKeyWords(checks).parse(flowKey, tunnels, tunnelPorts),
        Optional.ofNullable(maxFlows).map(Long::intValue),
        largeFlowMebibytes << 20);
  }
}
