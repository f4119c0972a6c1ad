package org.gotm.ffm.snf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SnfInterfacesTest {
  @RegisterExtension final FakeSnf fake = new FakeSnf();

  @Test
  void shouldListWhatTheLibraryListsAndGiveItsListBack() {
    fake.link(1, false);
    List<SnfInterface> interfaces = SnfInterfaces.list();

    assertThat(interfaces)
        .containsExactly(
            new SnfInterface(
                "ens1", 0, 16, "00:60:dd:00:00:00", SnfInterface.Link.UP, 10_000_000_000L),
            new SnfInterface("ens4", 1, 16, "00:60:dd:00:00:01", SnfInterface.Link.DOWN, 0));
    assertThat(fake.calls("snf_freeifaddrs")).isEqualTo(1);
  }

  @Test
  void shouldListNothingWhenTheLibraryHasNoList() {
    fake.noInterfaces();

    assertThat(SnfInterfaces.list()).isEmpty();
    assertThat(SnfInterfaces.owns("snf0")).isFalse();
    assertThat(fake.calls("snf_freeifaddrs")).isZero();
  }

  @Test
  void shouldSayWhyWhenTheLibraryCannotList() {
    fake.fail("snf_getifaddrs", 5, 2);

    assertThatThrownBy(SnfInterfaces::list)
        .hasMessageContaining("cannot list the interfaces of SNF")
        .hasMessageContaining("Input/output error (error 5)");
    assertThat(SnfInterfaces.owns("ens1")).isFalse();
  }

  @Test
  void shouldOwnItsInterfacesAndNoOthers() {
    assertThat(SnfInterfaces.owns("ens1")).isTrue();
    assertThat(SnfInterfaces.owns("snf1")).isTrue();
    assertThat(SnfInterfaces.owns("ens1+ens4")).isTrue();
    assertThat(SnfInterfaces.owns("eth0")).isFalse();
  }

  @Test
  void shouldOwnNothingWhenThereIsNoLibrary() {
    System.setProperty("gotm.snf.library", "/absent/libsnf.so");

    assertThat(SnfInterfaces.owns("ens1")).isFalse();
    assertThatThrownBy(SnfInterfaces::list)
        .hasMessageContaining("no usable libsnf")
        .hasMessageContaining("/absent/libsnf.so");
  }
}
