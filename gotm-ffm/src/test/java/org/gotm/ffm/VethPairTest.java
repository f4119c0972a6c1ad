package org.gotm.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapHeaderLayout;
import org.gotm.core.pcapfile.PcapRecordLayout;
import org.gotm.core.pcapfile.TimestampPrecision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("live")
class VethPairTest {
  @TempDir Path folder;

  @Test
  void shouldCarryEveryPacketToTheOtherEndWhenSent() throws IOException {
    try (VethPair pair = VethPair.create()) {
      int sent = pair.send(threeFrames());

      assertThat(sent).isEqualTo(3);
      assertThat(received(pair)).isEqualTo(3);
    }
  }

  @Test
  void shouldLiveInItsOwnNamespaceWhenAsked() {
    try (VethPair pair = VethPair.inNamespace()) {
      assertThat(Files.exists(Path.of("/sys/class/net", pair.name()))).isFalse();
      assertThat(Command.check(pair.inside("ip", "link", "show", pair.name())))
          .contains("state UP");
    }
  }

  @Test
  void shouldCarryPacketsAgainWhenDownAndUp() throws IOException {
    try (VethPair pair = VethPair.create()) {
      pair.setDown();
      pair.setUp();

      pair.send(threeFrames());

      assertThat(received(pair)).isEqualTo(3);
    }
  }

  @Test
  void shouldLeaveNothingBehindWhenClosed() {
    VethPair pair = VethPair.create();
    pair.close();

    assertThat(Files.exists(Path.of("/sys/class/net", pair.name()))).isFalse();
    assertThat(Files.exists(Path.of("/sys/class/net", pair.peer()))).isFalse();
  }

  @Test
  void shouldCloseWhenRemovedBefore() {
    VethPair pair = VethPair.create();
    pair.remove();
    pair.close();

    assertThat(Files.exists(Path.of("/sys/class/net", pair.peer()))).isFalse();
  }

  private static long received(VethPair pair) throws IOException {
    return Long.parseLong(
        Files.readString(Path.of("/sys/class/net", pair.name(), "statistics/rx_packets")).strip());
  }

  private Path threeFrames() throws IOException {
    int record = PcapRecordLayout.HEADER_LENGTH + 60;
    byte[] file = new byte[PcapHeaderLayout.LENGTH + 3 * record];
    MemorySegment memory = MemorySegment.ofArray(file);
    PcapHeaderLayout.write(memory, 0, TimestampPrecision.NANO, 65535, LinkType.ETHERNET);
    for (int i = 0; i < 3; i++) {
      PcapRecordLayout.write(memory, PcapHeaderLayout.LENGTH + i * record, i, 1, 60, 60);
    }
    return Files.write(folder.resolve("three.pcap"), file);
  }
}
