package org.gotm.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.gotm.store.LogLines;
import org.junit.jupiter.api.Test;

/** What is said of an error, when, and for how long. */
class ErrorStateTest {
  @Test
  void shouldLogOnceAnIntervalWhenErrorLasts() {
    LogLines log = new LogLines();
    ErrorState errors = new ErrorState(log);
    for (int i = 0; i < 100; i++) {
      errors.report(ErrorState.Cause.WRITE, "full", i * 100_000_000L);
    }
    errors.report(ErrorState.Cause.WRITE, "full", 10_000_000_000L);
    errors.report(ErrorState.Cause.OPEN, "gone", 10_000_000_001L);
    assertThat(log.lines()).containsExactly("full", "full", "gone");
  }

  @Test
  void shouldNameTheErrorThatIsLeftWhenAnotherIsMended() {
    ErrorState errors = new ErrorState(new LogLines());
    errors.report(ErrorState.Cause.OPEN, "gone", 0);
    errors.report(ErrorState.Cause.MOVE, "stuck", 0);
    errors.succeeded(ErrorState.Cause.OPEN, "back", 1);
    assertThat(errors.current()).isEqualTo("stuck");
    errors.succeeded(ErrorState.Cause.MOVE, "moving", 1);
    assertThat(errors.current()).isNull();
  }

  @Test
  void shouldSayOnceThatWritingWorksAgainWhenItFailsAndSucceedsByTurns() {
    LogLines log = new LogLines();
    ErrorState errors = new ErrorState(log);
    for (int i = 0; i < 10; i++) {
      errors.report(ErrorState.Cause.WRITE, "full", i * 100_000_000L);
      errors.succeeded(ErrorState.Cause.WRITE, "works", i * 100_000_000L + 1);
      assertThat(errors.current()).isEqualTo("full");
    }
    errors.succeeded(ErrorState.Cause.WRITE, "works", 1_900_000_000L);
    assertThat(errors.current()).isNull();
    assertThat(log.lines()).containsExactly("full", "works");
  }

  @Test
  void shouldNotSayThatItWorksWhenItWasNotSaidThatItFails() {
    LogLines log = new LogLines();
    ErrorState errors = new ErrorState(log);
    for (int i = 0; i < 4; i++) {
      errors.report(ErrorState.Cause.WRITE, "full", 2 * i * 1_000_000_000L);
      errors.succeeded(ErrorState.Cause.WRITE, "works", (2 * i + 1) * 1_000_000_000L);
    }
    assertThat(log.lines()).containsExactly("full", "works");
  }
}
