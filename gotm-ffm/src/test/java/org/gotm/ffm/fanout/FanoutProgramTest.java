package org.gotm.ffm.fanout;

import static org.assertj.core.api.Assertions.assertThat;

import org.gotm.core.packet.TunnelOptions;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.VethPair;
import org.gotm.ffm.ebpf.BpfProgram;
import org.gotm.ffm.linux.CaptureMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("live")
class FanoutProgramTest {
  @BeforeEach
  void requireRights() {
    VethPair.requireLive();
  }

  @Test
  void shouldBeTakenByTheKernelWhateverTheMode() {
    for (CaptureMode mode :
        new CaptureMode[] {CaptureMode.ETHERNET, CaptureMode.IP, CaptureMode.COOKED}) {
      for (TunnelOptions options :
          new TunnelOptions[] {TunnelOptions.all(), TunnelOptions.none()}) {
        try (BpfProgram program = FanoutProgram.load(mode, options)) {
          assertThat(program.run(SampleTraffic.udp(1, 100))).isNotZero();
        }
      }
    }
  }
}
