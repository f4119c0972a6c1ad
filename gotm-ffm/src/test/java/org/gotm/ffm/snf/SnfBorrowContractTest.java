package org.gotm.ffm.snf;

import org.gotm.ffm.SampleTraffic;
import org.junit.jupiter.api.BeforeEach;

/** The contract when packets are borrowed many at a time. */
class SnfBorrowContractTest extends SnfSourceContract {
  /** Calls after which the JVM has done with making the code that calls the library. */
  private static final int WARM_CALLS = 500;

  @Override
  SnfOptions options() {
    return SnfOptions.of("ens1");
  }

  /** With a whole batch a call, a test's own packets are too few calls to warm up. */
  @BeforeEach
  void warmUp() {
    byte[] frame = SampleTraffic.udp(0, 100);
    try (SnfSource source = FakeSnf.open(options()).getFirst()) {
      for (int i = 0; i < WARM_CALLS; i++) {
        fake.arrive(0, frame, 1);
        source.poll(batch -> {});
      }
    }
  }
}
