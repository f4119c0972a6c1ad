package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.SourceStats;
import org.gotm.ffm.FrameSender;
import org.gotm.ffm.ReceivedPackets;
import org.gotm.ffm.VethPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real traffic through a veth pair. */
@Tag("live")
@Timeout(120)
class AfPacketCapturesTest {
  private VethPair pair;

  @BeforeEach
  void makePair() {
    Tcpdump.require();
    pair = VethPair.create(VethPair.LARGEST_MTU);
  }

  @AfterEach
  void removePair() {
    if (pair != null) {
      pair.close();
    }
  }

  @Test
  void shouldDeliverEveryFrameByteForByteWhenCapturesAreReplayed() {
    EthernetCaptures captures = EthernetCaptures.all();
    List<byte[]> sent = captures.sendable();
    ReceivedPackets received = new ReceivedPackets();
    SourceStats stats = new SourceStats();
    try (PacketSource source = AfPacketSource.open(AfPacketOptions.of(pair.name()));
        FrameSender sender = new FrameSender(pair.peer())) {
      sender.send(sent);
      received.await(source, sent.size());
      source.stop();
      received.awaitEnd(source);
      source.readStats(stats);
    }

    assertThat(received.count()).isEqualTo(sent.size());
    for (int i = 0; i < sent.size(); i++) {
      assertThat(received.frames().get(i)).as("frame %d", i).isEqualTo(sent.get(i));
      assertThat(received.wireLengths().get(i)).as("frame %d", i).isEqualTo(sent.get(i).length);
    }
    assertThat(received.timestampsNanos()).isSorted();
    assertThat(stats.received).isEqualTo(sent.size());
    assertThat(stats.dropped).isZero();
    assertThat(captures.unsendable())
        .containsExactlyInAnyOrder(
            "eth-bigtcp-80k-packet.pcap: frame of 80066 bytes",
            "bad-zero-length-packet.pcap: frame of 0 bytes");
  }
}
