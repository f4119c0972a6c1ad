package org.gotm.ffm.afpacket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterfaceDropsTest {
  @TempDir private Path folder;

  private void write(String counter, long value) throws IOException {
    Files.writeString(folder.resolve(counter), value + "\n");
  }

  @Test
  void shouldCountFromNowWhenInterfaceHasDroppedBefore() throws IOException {
    write("rx_missed_errors", 1000);
    write("rx_fifo_errors", 50);
    InterfaceDrops drops = new InterfaceDrops(folder);
    write("rx_missed_errors", 1007);
    write("rx_fifo_errors", 51);

    assertThat(drops.total()).isEqualTo(8);
    assertThat(drops.total()).isEqualTo(8);
  }

  @Test
  void shouldNotCountWhatNobodyWanted() throws IOException {
    write("rx_dropped", 0);
    InterfaceDrops drops = new InterfaceDrops(folder);
    write("rx_dropped", 99);

    assertThat(drops.total()).isZero();
  }

  @Test
  void shouldGoOnWhenInterfaceWasMadeAnew() throws IOException {
    write("rx_missed_errors", 10);
    InterfaceDrops drops = new InterfaceDrops(folder);
    write("rx_missed_errors", 12);
    drops.total();
    write("rx_missed_errors", 3);

    assertThat(drops.total()).isEqualTo(5);
  }

  @Test
  void shouldAddNothingWhenInterfaceIsGone() throws IOException {
    write("rx_missed_errors", 10);
    InterfaceDrops drops = new InterfaceDrops(folder);
    Files.delete(folder.resolve("rx_missed_errors"));

    assertThat(drops.total()).isZero();
  }
}
