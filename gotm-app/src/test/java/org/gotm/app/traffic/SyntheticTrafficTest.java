package org.gotm.app.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gotm.ffm.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticTrafficTest {
  @TempDir Path folder;

  @Test
  void shouldBeWholePacketsOfEveryKindInTheEyesOfTcpdump() throws IOException {
    Command.require("tcpdump");
    Path file = folder.resolve("synthetic.pcap");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment made = SyntheticTraffic.make(500, 4000, 200, 1, arena);
      Files.write(file, made.toArray(ValueLayout.JAVA_BYTE));
    }

    List<String> packets = tcpdump(file);

    assertThat(packets).hasSize(4000);
    assertThat(packets)
        .filteredOn(line -> line.matches(".*(\\[\\||truncated|bad|error).*"))
        .isEmpty();
    for (String kind :
        List.of(
            "IPv4 .*Flags \\[S\\].*length 146",
            "IPv4 .*Flags \\[\\.\\].*length 0",
            "IPv4 .*UDP, length 158",
            "IPv6 .*Flags \\[\\.\\].*length 126",
            "IPv6 .*UDP, length 0",
            "vlan 7.*IPv4.*length 142",
            "ICMP echo request",
            "ICMP echo reply",
            "ICMP6, echo request",
            "ICMP6, echo reply",
            "ethertype Unknown .0x88b5.")) {
      assertThat(packets).as(kind).anyMatch(line -> line.matches(".*(" + kind + ").*"));
    }
  }

  private static List<String> tcpdump(Path file) {
    String output = Command.check("tcpdump", "-n", "-e", "-r", file.toString());
    return output.lines().filter(line -> line.matches("\\d\\d:.*")).toList();
  }
}
