package org.gotm.ffm.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.gotm.core.source.PacketBatch;
import org.gotm.ffm.linux.generated.tpacket3_hdr;
import org.junit.jupiter.api.Test;

class CookedHeaderTest {
  private static final int BLOCK = 4096;
  private static final byte[] IPV4 = HexFormat.of().parseHex("02000000000102000000000908004500");
  private static final byte[] LLC = HexFormat.of().parseHex("02000000000102000000000900044242");
  private static final byte[] SENDER = {2, 0, 0, 0, 0, 9};

  private final MemorySegment ring = Arena.ofAuto().allocate(BLOCK, Long.BYTES);
  private final SyntheticBlock block =
      new SyntheticBlock(ring, SyntheticBlock.ETHERNET_FRAME + CookedHeader.ROOM);
  private final RingBlock reader = new RingBlock(ring, BLOCK, true);
  private final PacketBatch batch = new PacketBatch(1);

  private String read() {
    reader.open(0);
    reader.fill(batch);
    return HexFormat.of()
        .formatHex(batch.segment.asSlice(batch.offsets[0], batch.caplens[0]).toArray(JAVA_BYTE));
  }

  @Test
  void shouldPutAHeaderInThePlaceOfEthernetsWhenPacketIsCooked() {
    block.add(IPV4).withAddress(0x0800, 7, 4, SENDER);

    assertThat(read())
        .isEqualTo(
            "0800" + "0000" + "00000007" + "0001" + "04" + "06" + "0200000000090000" + "4500");
    assertThat(batch.wireLengths[0]).isEqualTo(22);
  }

  @Test
  void shouldPutTheTagBehindTheHeaderWhenTheKernelTookItOut() {
    block.add(IPV4).withAddress(0x0800, 7, 0, SENDER).withVlan(0x88a8, 0x2064);

    assertThat(read())
        .isEqualTo(
            "88a8"
                + "0000"
                + "00000007"
                + "0001"
                + "00"
                + "06"
                + "0200000000090000"
                + "20640800"
                + "4500");
    assertThat(batch.wireLengths[0]).isEqualTo(26);
    assertThat(batch.vlanTags[0]).isZero();
  }

  @Test
  void shouldBelieveTheFrameWhenTheKernelTellsTheTypeBehindItsTags() {
    block.add(IPV4).withAddress(0x86dd, 7, 0, SENDER);

    assertThat(read()).startsWith("0800");
  }

  @Test
  void shouldTakeTheTypeFromTheKernelWhenTheFrameHasALength() {
    block.add(LLC).withAddress(0x0004, 7, 2, SENDER);

    assertThat(read()).startsWith("0004").endsWith("4242");
  }

  @Test
  void shouldTakeWhatTheNetworkLayerSeesWhenInterfaceIsNotEthernet() {
    block.add(IPV4).withAddress(0x0800, 7, 0).withHardwareType(768, 14);

    assertThat(read())
        .isEqualTo(
            "0800" + "0000" + "00000007" + "0300" + "00" + "00" + "0000000000000000" + "4500");
  }

  private void shouldLeaveThePacketOut() {
    reader.open(0);
    reader.fill(batch);

    assertThat(batch.count()).isZero();
    assertThat(reader.malformed()).isEqualTo(1);
  }

  @Test
  void shouldLeaveThePacketOutWhenThereIsNoRoomForAHeader() {
    block.add(IPV4).withAddress(0x0800, 7, 4, SENDER);
    tpacket3_hdr.tp_mac(block.last(), (short) 77);

    shouldLeaveThePacketOut();
  }

  @Test
  void shouldLeaveThePacketOutWhenItIsShorterThanItsLinkHeader() {
    block.add(new byte[13]).withAddress(0x0800, 7, 4, SENDER);

    shouldLeaveThePacketOut();
  }

  @Test
  void shouldLeaveThePacketOutWhenItsNetworkHeaderIsBeforeIt() {
    block.add(IPV4).withAddress(0x0800, 7, 0).withHardwareType(768, -1);

    shouldLeaveThePacketOut();
  }
}
