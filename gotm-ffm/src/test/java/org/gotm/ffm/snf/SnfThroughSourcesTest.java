package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gotm.core.source.PacketSource;
import org.gotm.ffm.FilterTraffic;
import org.gotm.ffm.Method;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.SampleTraffic;
import org.gotm.ffm.Sources;
import org.gotm.ffm.pcap.FilterException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The front door, where SNF owns an interface. */
class SnfThroughSourcesTest {
  @RegisterExtension final FakeSnf fake = new FakeSnf();
  @TempDir private Path folder;

  @Test
  void shouldFilterWhatComesWhenSnfOwnsTheInterface() {
    Path traffic = new SampleTraffic(FilterTraffic.frames()).write(folder.resolve("all.pcap"));
    List<PacketSource> sources =
        Sources.of("ens1").workers(2).filter("tcp port 80 and not vlan").open();
    fake.arrive(0, traffic);

    List<byte[]> frames = new ArrayList<>();
    for (PacketSource source : sources) {
      source.stop();
      frames.addAll(new ReceivedPackets().awaitEnd(source).frames());
      source.close();
    }
    assertThat(sources).hasSize(2);
    assertThat(frames)
        .containsExactlyInAnyOrder(FilterTraffic.frames().get(0), FilterTraffic.frames().get(2));
  }

  @Test
  void shouldOpenThePortAsToldWhenSnfsOwnOptionsAreGiven() {
    Sources.of("snf0")
        .method(Method.SNF)
        .bufferBytes(512 << 20)
        .snf(options -> options.withRssFlags(5))
        .open()
        .forEach(PacketSource::close);

    assertThat(fake.opened(FakeSnf.RSS_FLAGS)).isEqualTo(5);
    assertThat(fake.opened(FakeSnf.DATA_RING)).isEqualTo(512 << 20);
  }

  @Test
  void shouldCloseAllRingsWhenTheFilterIsWrong() {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> Sources.of("ens1").workers(2).filter("tcp prot 80").open());
  }
}
