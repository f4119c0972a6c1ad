package org.gotm.fleet.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gotm.app.daemon.StartException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IndicatorsTest {
  @TempDir private Path folder;

  @Test
  void shouldTakeAddressesNetworksAndCommunityIds() throws Exception {
    Indicators all =
        read(
            """
            # of the report
            10.1.2.3
            2001:0DB8:0:0::1   # spelt otherwise
            ::
            1::
            10.0.0.0/9
            2001:db8::/33
            1:LQU9qZlK+B5F3KDmev6m5PMibrg=
            """);

    assertThat(all.addresses()).containsExactly("10.1.2.3", "2001:db8::1", "::", "1::");
    assertThat(all.communityIds()).containsExactly("1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    InNetworks nets = new InNetworks(all.networks());
    assertThat(nets.call("10.127.255.255")).isTrue();
    assertThat(nets.call("10.128.0.0")).isFalse();
    assertThat(nets.call("2001:db8:7fff::1")).isTrue();
    assertThat(nets.call("2001:db8:8000::1")).isFalse();
    assertThat(nets.call(null)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.org", "10.0.0.0/33", "10.0.0", "10.0.0.0/", "1:abc", "' or 1=1"})
  void shouldNameALineThatIsNone(String line) {
    assertThatThrownBy(() -> read("10.1.2.3\n" + line + "\n"))
        .isInstanceOf(StartException.class)
        .hasMessageContaining(":2: not an address");
  }

  private Indicators read(String text) throws IOException {
    return Indicators.read(Files.writeString(folder.resolve("list"), text));
  }
}
