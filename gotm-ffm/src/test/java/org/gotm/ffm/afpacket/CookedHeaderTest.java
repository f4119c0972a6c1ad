package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.gotm.core.capture.PacketBatch;
import org.gotm.ffm.afpacket.generated.tpacket3_hdr;
import org.junit.jupiter.api.Test;

class CookedHeaderTest {
  private static final int BLOCK = 4096;
  private static final byte[] PACKET = {0x45, 0, 0, 20};
  private static final byte[] SENDER = {2, 0, 0, 0, 0, 9};

  private final MemorySegment ring = Arena.ofAuto().allocate(BLOCK, Long.BYTES);
  private final SyntheticBlock block = new SyntheticBlock(ring, SyntheticBlock.NETWORK_PACKET);
  private final RingBlock reader = new RingBlock(ring, BLOCK, true);
  private final PacketBatch batch = new PacketBatch(1);

  private String read() {
    reader.open(0);
    reader.fill(batch);
    return HexFormat.of()
        .formatHex(batch.segment.asSlice(batch.offsets[0], batch.caplens[0]).toArray(JAVA_BYTE));
  }

  @Test
  void shouldPutAHeaderInFrontWhenPacketIsCooked() {
    block.add(PACKET).withAddress(0x0800, 7, 4, SENDER);

    assertThat(read())
        .isEqualTo(
            "0800" + "0000" + "00000007" + "0001" + "04" + "06" + "0200000000090000" + "45000014");
    assertThat(batch.wireLengths[0]).isEqualTo(24);
  }

  @Test
  void shouldPutTheTagBehindTheHeaderWhenTheKernelTookItOut() {
    block.add(PACKET).withAddress(0x86dd, 7, 0, SENDER).withVlan(0x88a8, 0x2064);

    assertThat(read())
        .isEqualTo(
            "88a8"
                + "0000"
                + "00000007"
                + "0001"
                + "00"
                + "06"
                + "0200000000090000"
                + "206486dd"
                + "45000014");
    assertThat(batch.wireLengths[0]).isEqualTo(28);
    assertThat(batch.vlanTags[0]).isZero();
  }

  @Test
  void shouldLeaveThePacketOutWhenThereIsNoRoomForAHeader() {
    block.add(PACKET).withAddress(0x0800, 7, 4, SENDER);
    tpacket3_hdr.tp_mac(block.last(), (short) 91);
    reader.open(0);
    reader.fill(batch);

    assertThat(batch.count()).isZero();
    assertThat(reader.malformed()).isEqualTo(1);
  }
}
