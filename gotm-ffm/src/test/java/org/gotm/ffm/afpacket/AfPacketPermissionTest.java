package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.ChildJvm;
import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What rights a capture needs. */
@Tag("live")
class AfPacketPermissionTest {
  /** Opens a source and says how that went. */
  static final class Opening {
    private Opening() {}

    public static void main(String[] arguments) {
      try (PacketSource source = AfPacketSource.open(AfPacketOptions.of(arguments[0]))) {
        System.out.println("opened " + source.name());
      } catch (PacketSourceException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static String open(String interfaceName, String... capabilities) {
    List<String> command = new ArrayList<>(List.of("setpriv"));
    command.addAll(List.of(capabilities));
    command.addAll(ChildJvm.command(Opening.class, List.of(), interfaceName));
    return Command.run(command).output();
  }

  @Test
  void shouldSayWhatToDoWhenTheRightToCaptureIsMissing() {
    Tcpdump.require("setpriv");
    try (VethPair pair = VethPair.create()) {
      assertThat(open(pair.name(), "--bounding-set=-net_raw"))
          .contains("interface=" + pair.name())
          .contains("Operation not permitted")
          .contains("run as root")
          .contains("setcap cap_net_raw+ep /")
          .hasLineCount(1);
    }
  }

  @Test
  void shouldNeedNoOtherRightThanToCapture() {
    Tcpdump.require("setpriv");
    try (VethPair pair = VethPair.create()) {
      assertThat(open(pair.name(), "--bounding-set=-all,+net_raw"))
          .contains("opened " + pair.name());
    }
  }
}
