package org.gotm.store.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.flow.FlowRecord;
import org.gotm.core.flow.KeptPackets;
import org.gotm.core.packet.IpProtocol;
import org.gotm.core.pcapfile.RealPackets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Community IDs of the flows of all captures are those that tshark finds in their packets. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CommunityIdsTest {
  private static final String ASK =
      "tshark --enable-protocol communityid -n -r \"$0\" -T fields -E occurrence=a -E aggregator=, "
          + "-e communityid 2>/dev/null";

  @TempDir Path folder;

  private Set<String> tshark(RealPackets capture) throws IOException {
    Path file = Files.write(folder.resolve("capture.pcap"), capture.toPcap());
    Process process = new ProcessBuilder("sh", "-c", ASK, file.toString()).start();
    try (var lines = process.inputReader().lines()) {
      return lines
          .flatMap(line -> Arrays.stream(line.split(",")))
          .filter(id -> !id.isEmpty())
          .collect(Collectors.toSet());
    }
  }

  @Test
  void shouldBeThoseOfTshark() throws IOException {
    FlowCutter.Options options =
        FlowCutter.Options.defaults().withCapacityFlows(1 << 15).withTimeout(Duration.ofHours(1));
    CommunityIds ids = new CommunityIds();
    int all = 0;
    for (RealPackets capture : RealPackets.all()) {
      Set<String> expected = tshark(capture);
      List<FlowRecord> flows = KeptPackets.withFlows(capture, options).flows();
      Set<String> told =
          flows.stream()
              .filter(CommunityIdsTest::isTold)
              .map(ids::of)
              .filter(Objects::nonNull)
              .collect(Collectors.toSet());
      assertThat(expected).as(capture.name()).containsAll(told);
      all += told.size();
    }
    assertThat(all).isGreaterThan(1000);
  }

  /**
   * Not flows that only an ICMP error tells of, whose ID tshark does not make; nor a question for a
   * neighbour, of which gotm takes the neighbour for the destination, not all who hear it.
   */
  private static boolean isTold(FlowRecord flow) {
    int type = flow.icmpType().orElse(-1);
    return switch (flow.key().protocol()) {
      case IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP -> type < 0;
      case IpProtocol.ICMP -> true;
      case IpProtocol.ICMPV6 -> type != 135;
      default -> false;
    };
  }
}
