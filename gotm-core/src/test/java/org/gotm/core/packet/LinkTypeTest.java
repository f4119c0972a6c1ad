package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTypeTest {

  @ParameterizedTest
  @CsvSource({"12, 101", "14, 101"})
  void shouldTranslateRawIpOfTheApiToThatOfFiles(int dlt, int linkType) {
    assertThat(LinkType.fromDlt(dlt)).isEqualTo(linkType);
  }

  @ParameterizedTest
  @CsvSource({"0x24000001, 1", "0xf4000114, 276", "1, 1", "276, 276"})
  void shouldTellWhatFramesBeginWithWhenThereIsACheckSequence(String word, int linkType) {
    assertThat(LinkType.ofFrames(Long.decode(word).intValue())).isEqualTo(linkType);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 101, 105, 108, 113, 127, 228, 229, 276})
  void shouldLeaveAloneWhatIsTheSameInBoth(int dlt) {
    assertThat(LinkType.fromDlt(dlt)).isEqualTo(dlt);
  }
}
