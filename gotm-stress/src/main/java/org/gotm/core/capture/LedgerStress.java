package org.gotm.core.capture;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** Worker and output thread count in one ledger, each its own counter, and read the other's. */
@JCStressTest
@Outcome(
    id = {
      "0, 8589934594, 8589934594",
      "4294967297, 8589934594, 8589934594",
      "8589934594, 8589934594, 8589934594"
    },
    expect = ACCEPTABLE,
    desc = "whole counts, none lost")
@State
public class LedgerStress {
  /** Not zero in both halves, so that half of a count would show. */
  private static final long AMOUNT = (1L << 32) + 1;

  private final Ledger ledger = new Ledger();

  @Actor
  public void worker() {
    ledger.add(Counter.KEPT, AMOUNT);
    ledger.add(Counter.KEPT, AMOUNT);
  }

  @Actor
  public void output(LLL_Result result) {
    ledger.add(Counter.WRITTEN, AMOUNT);
    result.r1 = ledger.get(Counter.KEPT);
    ledger.add(Counter.WRITTEN, AMOUNT);
  }

  @Arbiter
  public void total(LLL_Result result) {
    result.r2 = ledger.get(Counter.KEPT);
    result.r3 = ledger.get(Counter.WRITTEN);
  }
}
