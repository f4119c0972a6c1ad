package org.gotm.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.core.capture.Counter;
import org.gotm.core.packet.LinkType;
import org.gotm.store.api.RecordingException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The beginning and the end of a recording as an embedder meets them. */
@Timeout(30)
class ClosedRecordingTest {
  @TempDir Path folder;

  @BeforeAll
  static void requireTools() {
    Tool.require("tcpdump");
  }

  @Test
  void shouldMakeASeriesForEachLinkTypeOfPackets() {
    try (Recording recording = Recording.into(folder).open();
        RecordedPackets ethernet = recording.packets(LinkType.ETHERNET);
        RecordedPackets raw = recording.packets(LinkType.RAW)) {
      ethernet.add(new byte[60], Rig.START);
      ethernet.add(new byte[60], Rig.START);
      raw.add(new byte[40], Rig.START);
    }
    assertThat(Tool.files(folder, "[-T\\d]+\\.pcap")).singleElement().returns(2, Tool::count);
    assertThat(Tool.files(folder, ".*_linktype101\\.pcap")).singleElement().returns(1, Tool::count);
  }

  @Test
  void shouldFinishOnceWhenClosedTwice() {
    Recording recording = Recording.into(folder).open();
    try (RecordedPackets packets = recording.packets(LinkType.ETHERNET)) {
      packets.add(new byte[60], Rig.START);
      packets.flush();
      recording.close();
      recording.close();

      assertThat(packets.ledger().written()).isEqualTo(1);
      assertThat(packets.ledger().isBalanced()).isTrue();
    }
    assertThat(Tool.finished(folder)).singleElement().returns(1, Tool::count);
    Recording.into(folder).open().close(); // the folder was given back
  }

  @Test
  void shouldRefuseWorkersWhenClosed() {
    Recording recording = Recording.into(folder).open();
    recording.close();
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> recording.packets(LinkType.ETHERNET))
        .withMessageContaining("closed");
    assertThat(Tool.files(folder, ".*pcap.*")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldBookAsLostWhatComesFirstAfterTheEnd(boolean abandoned) {
    try (Rig rig = new Rig(folder).byPacketTime().open()) {
      TestWorker late = rig.worker(0);
      late.sendMany(10, Rig.START, 100);
      if (abandoned) {
        rig.recording.abandon();
      } else {
        rig.recording.finish();
      }
      late.flush();
      assertThat(late.ledger.get(Counter.LOST_WRITE_ERROR)).isEqualTo(10);
      assertThat(late.ledger.isBalanced()).isTrue();
      assertThat(rig.pool.inUse()).isZero();
    }
    assertThat(Tool.files(folder, ".*pcap.*")).isEmpty();
  }

  @Test
  void shouldRefuseAFolderThatCannotBeUsed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatExceptionOfType(RecordingException.class)
        .isThrownBy(() -> Recording.into(file).open())
        .withMessageStartingWith("write=" + file + ": cannot be written to: ")
        .withMessageContaining("choose another folder");
  }
}
