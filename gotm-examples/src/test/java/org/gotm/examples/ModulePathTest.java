package org.gotm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.gotm.core.flow.Cutoff;
import org.gotm.core.packet.LinkType;
import org.gotm.core.pcapfile.PcapFileSource;
import org.gotm.ffm.CaptureInterface;
import org.gotm.ffm.Sources;
import org.gotm.store.RecordedPackets;
import org.gotm.store.Recording;
import org.gotm.store.api.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each module's API from a module of its own, which can see no more than is exported. */
class ModulePathTest {
  static final Path CAPTURE =
      Path.of("../gotm-core/src/test/resources/captures/eth-udp-dns.pcap").toAbsolutePath();

  /** What capinfos says of it. */
  private static final long PACKETS = 464;

  private static final long BYTES = 57_942;

  @ParameterizedTest
  @ValueSource(strings = {"org.gotm.core", "org.gotm.ffm", "org.gotm.store"})
  void shouldBeNamedModule(String name) {
    assertThat(ModuleLayer.boot().findModule(name)).isPresent();
    assertThat(getClass().getModule().canRead(ModuleLayer.boot().findModule(name).get())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"org.gotm.core", "org.gotm.ffm", "org.gotm.store"})
  void shouldExportNothingGenerated(String name) {
    Module module = ModuleLayer.boot().findModule(name).orElseThrow();

    assertThat(module.getPackages())
        .filteredOn(module::isExported)
        .isNotEmpty()
        .noneMatch(exported -> exported.endsWith("generated"));
  }

  @Test
  void shouldReadCaptureFile() {
    KeptPackets kept = KeptPackets.in(PcapFileSource.open(CAPTURE), Cutoff.none());

    assertThat(kept.packets()).isEqualTo(PACKETS);
    assertThat(kept.bytes()).isEqualTo(BYTES);
  }

  @Test
  void shouldReadCaptureFileByLibpcap() {
    KeptPackets kept =
        KeptPackets.in(Sources.filtered(Sources.file(CAPTURE), "udp"), Cutoff.none());

    assertThat(kept.packets()).isEqualTo(PACKETS);
    assertThat(kept.bytes()).isEqualTo(BYTES);
  }

  @Test
  void shouldListInterfaces() {
    assertThat(Sources.interfaces()).extracting(CaptureInterface::name).contains("lo");
  }

  @Test
  void shouldRecordPackets(@TempDir Path folder) throws IOException {
    try (Recording recording =
            Recording.into(folder).compression(Compression.zstd()).zone(ZoneOffset.UTC).open();
        RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(new byte[60], 1_500_000_000_000_000_000L);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".pcap.zst"))).hasSize(1);
    }
  }
}
