package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gotm.core.pcapfile.RealPackets;
import org.gotm.core.pcapfile.Tcpdump;
import org.gotm.core.source.PacketBatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every packet of every capture, cut at every length, at the end of memory: reading one byte too
 * far would kill the test. And what is left of a packet must tell its flow or nothing, never a flow
 * that is not its own.
 */
class PacketDecoderTruncationTest {
  private static List<RealPackets> captures;

  private final GuardedMemory memory = new GuardedMemory(1 << 18);
  private final PacketBatch batch = new PacketBatch(1);
  private final FlowKeys keys = new FlowKeys(1, 42);

  @BeforeAll
  static void readCaptures() {
    Tcpdump.require();
    captures = RealPackets.all();
  }

  @AfterAll
  static void forgetCaptures() {
    captures = null;
  }

  @Test
  void shouldReadNoByteTooFarWhenCutAtAnyLength() {
    long lengths = 0;
    for (RealPackets capture : captures) {
      PacketDecoder decoder =
          new PacketDecoder(capture.linkType(), FlowKeyOptions.defaults(), keys);
      for (RealPackets.Packet packet : capture.packets()) {
        lengths += cutAtEveryLength(decoder, packet, capture.name());
      }
    }
    memory.close();

    assertThat(captures).hasSizeGreaterThan(60);
    assertThat(lengths).isGreaterThan(3_000_000);
  }

  private long cutAtEveryLength(PacketDecoder decoder, RealPackets.Packet packet, String name) {
    byte[] bytes = packet.bytes();
    DecodedKey whole = decode(decoder, bytes, bytes.length, packet.wireLength());
    for (int length = bytes.length; length >= 0; length--) {
      decode(decoder, bytes, length, length);
      DecodedKey cut = decode(decoder, bytes, length, packet.wireLength());
      if (cut.isDecoded() && !cut.equals(whole)) {
        assertThat(cut).as("%s: first %d bytes of a packet", name, length).isEqualTo(whole);
      }
    }
    return bytes.length + 1;
  }

  private DecodedKey decode(PacketDecoder decoder, byte[] packet, int caplen, int wireLength) {
    batch.clear(memory.segment());
    batch.add(memory.putAtEnd(packet, caplen), caplen, wireLength, 0, 0);
    decoder.decode(batch);
    return DecodedKey.of(keys, 0);
  }
}
