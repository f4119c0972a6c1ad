package org.gotm.core.capture;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** Output threads of several series book on one counter: none of it is lost. */
@JCStressTest
@Outcome(id = "12", expect = ACCEPTABLE, desc = "all of it")
@State
public class SharedCounterStress {
  private final Ledger ledger = new Ledger();

  @Actor
  public void oneSeries() {
    ledger.addShared(Counter.WRITTEN, 1);
    ledger.addShared(Counter.WRITTEN, 2);
  }

  @Actor
  public void otherSeries() {
    ledger.addShared(Counter.WRITTEN, 4);
    ledger.addShared(Counter.WRITTEN, 5);
  }

  @Arbiter
  public void total(J_Result result) {
    result.r1 = ledger.get(Counter.WRITTEN);
  }
}
