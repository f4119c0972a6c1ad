package org.gotm.app.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final String ERASE = "\r\u001b[K";
  private static final long MIB = 1 << 20;

  private final Locale locale = Locale.getDefault();
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final PrintStream terminal = new PrintStream(screen, true, StandardCharsets.UTF_8);

  @BeforeEach
  void useALocaleWithOtherSeparators() {
    Locale.setDefault(Locale.GERMANY);
  }

  @AfterEach
  void restoreLocale() {
    Locale.setDefault(locale);
  }

  private String shown() {
    String text = screen.toString(StandardCharsets.UTF_8);
    screen.reset();
    return text;
  }

  @Test
  void shouldDrawAnEmptyBarWhenNothingIsRead() {
    new Progress(terminal, 2000 * MIB).draw(0, 0);

    assertThat(shown())
        .isEqualTo(ERASE + "[" + " ".repeat(40) + "]   0 %  0 of 2,000 MiB  0 packets");
  }

  @Test
  void shouldDrawTheShareThatIsRead() {
    new Progress(terminal, 2000 * MIB).draw(1500 * MIB, 1_234_567);

    assertThat(shown())
        .isEqualTo(
            ERASE
                + "["
                + "=".repeat(30)
                + " ".repeat(10)
                + "]  75 %  1,500 of 2,000 MiB  1,234,567 packets");
  }

  @Test
  void shouldNotExceedTheWholeWhenMoreIsReadThanWasThere() {
    new Progress(terminal, 10 * MIB).draw(11 * MIB, 5);

    assertThat(shown())
        .isEqualTo(ERASE + "[" + "=".repeat(40) + "] 100 %  10 of 10 MiB  5 packets");
  }

  @Test
  void shouldCountWithoutABarWhenTheLengthIsNotKnown() {
    new Progress(terminal, -1).draw(3 * MIB, 5);

    assertThat(shown()).isEqualTo(ERASE + "3 MiB  5 packets");
  }

  @Test
  void shouldMakeWayForALogLineOnceWhenDrawn() {
    Progress progress = new Progress(terminal, MIB);
    progress.draw(0, 0);
    shown();

    progress.clear();
    assertThat(shown()).isEqualTo(ERASE);
    progress.clear();
    assertThat(shown()).isEmpty();
  }

  @Test
  void shouldEraseNothingWhenNothingIsDrawn() {
    new Progress(terminal, MIB).clear();

    assertThat(shown()).isEmpty();
  }
}
