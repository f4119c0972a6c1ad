package org.gotm.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlowSizesTest {
  private final FlowSizes sizes = new FlowSizes();

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 0",
    "1024, 0",
    "1025, 1",
    "4096, 1",
    "4097, 2",
    "16384, 2",
    "16385, 3",
    "65536, 3",
    "65537, 4",
    "274877906943, 14",
    "274877906944, 14",
    "274877906945, 15",
    "9223372036854775807, 15"
  })
  void shouldCountAFlowInTheFirstBucketThatHoldsItsSize(long bytes, int bucket) {
    sizes.observe(bytes);

    assertThat(IntStream.rangeClosed(0, FlowSizes.BUCKETS).filter(i -> sizes.count(i) != 0))
        .containsExactly(bucket);
    assertThat(sizes.count(bucket)).isOne();
  }

  @Test
  void shouldHaveFifteenBoundsEachFourTimesTheOneBefore() {
    long bound = 1024;
    for (int i = 0; i < 15; i++) {
      assertThat(FlowSizes.upperBound(i)).isEqualTo(bound);
      bound *= 4;
    }
    assertThat(FlowSizes.BUCKETS).isEqualTo(15);
  }

  @Test
  void shouldSumTheBytesOfAllFlows() {
    sizes.observe(1000);
    sizes.observe(5_000_000_000L);

    assertThat(sizes.sum()).isEqualTo(5_000_001_000L);
  }
}
