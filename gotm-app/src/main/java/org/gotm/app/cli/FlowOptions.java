package org.gotm.app.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.gotm.app.classes.ClassRule;
import org.gotm.app.daemon.Settings;
import org.gotm.app.size.ByteSize;
import org.gotm.core.flow.Cutoff;
import org.gotm.ffm.kernelcut.KernelCutMode;
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

  @Option(
      names = {"-flowage", "--flowage"},
      paramLabel = "DURATION",
      defaultValue = "5m",
      converter = GoDuration.class,
      description =
          "Age at which a flow gets its budget anew, if it sent few bytes, as what never falls"
              + " silent does; up to 8h, 0 for never (default: ${DEFAULT-VALUE}).")
  private Duration flowAge;

  @Option(
      names = {"-class", "--class"},
      paramLabel = "NAME:EXPRESSION:CUTOFFS",
      description = {
        "Cut flows in their own way whose first packet matches an expression of pcap-filter(7);"
            + " may be repeated, the first that matches holds. Cutoffs: never, drop, or of"
            + " bytes=SIZE, packets=N, headers[=N]. For example",
        "  -class 'dns:port 53:never'",
        "  -class 'tls:tcp port 443:bytes=32KiB,packets=0'",
        "  -class 'backup:host 10.0.0.9:headers'"
      })
  private List<String> classes = List.of();

  @Option(
      names = {"-classes", "--classes"},
      paramLabel = "FILE",
      description = "File with more classes, a line each; read again at SIGHUP.")
  private Path classesFile;

  @Option(
      names = {"-kernelcut", "--kernelcut"},
      paramLabel = "auto|on|off|headers",
      defaultValue = "auto",
      description = {
        "Have the kernel drop packets of cut flows, with AF_PACKET: auto, where it can and while it"
            + " pays; on, or not start; headers, keep the first 96 bytes of each of them (default:"
            + " ${DEFAULT-VALUE})."
      })
  private String kernelCut;

  @Option(
      names = {"-flows", "--flows"},
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = GoFlag.class,
      converter = GoBoolean.class,
      description = "Write a record of each flow to FOLDER/flows, for gotm flows (default: false).")
  private boolean hasRecords;

  @Option(
      names = {"-flowsage", "--flowsage"},
      paramLabel = "DURATION",
      defaultValue = "90d",
      converter = GoDuration.class,
      description = "Delete records of flows after this; 0 for never (default: ${DEFAULT-VALUE}).")
  private Duration recordsAge;

  Settings.Flows settings(Checks checks) {
    checks.range("packetcutoff", packetCutoff, 0, Long.MAX_VALUE);
    checks.optionalRange("maxflows", maxFlows, 1, MAX_FLOWS);
    checks.range("largeflowsize", largeFlowMebibytes, 1, Long.MAX_VALUE >> 20);
    checks.positive("flowtimeout", flowTimeout);
    if (flowAge.compareTo(Duration.ofNanos(Cutoff.MAX_AGE_NANOS)) > 0) {
      throw checks.refusal("flowage=%ds: not from 0 to 8h".formatted(flowAge.toSeconds()));
    }
    Cutoff cutoff =
        Cutoff.of(packetCutoff, byteCutoff).withKeepControl(keepControl).withAge(flowAge);
    try {
      ClassRule.parseAll(classes, cutoff);
    } catch (IllegalArgumentException e) {
      throw checks.refusal(e.getMessage());
    }
    return new Settings.Flows(
        cutoff,
        flowTimeout,
        new FlowKeyWords(checks).parse(flowKey, tunnels, tunnelPorts),
        Optional.ofNullable(maxFlows).map(Long::intValue),
        largeFlowMebibytes << 20,
        classes,
        Optional.ofNullable(classesFile),
        checks.oneOf("kernelcut", kernelCut, KernelCutMode.class),
        new Settings.Records(hasRecords, recordsAge));
  }
}
