package org.gotm.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
  @ParameterizedTest // as Python's ipaddress and tshark spell them
  @CsvSource({
    "0, 0, ::",
    "0, 1, ::1",
    "20010db800000000, 1, 2001:db8::1",
    "20010db800000001, 0000000000000001, 2001:db8:0:1::1",
    "20010db800000000, 0001000000000001, 2001:db8::1:0:0:1",
    "20010db800010001, 0001000100010001, 2001:db8:1:1:1:1:1:1",
    "20010db800000001, 0001000100010001, 2001:db8:0:1:1:1:1:1",
    "fe80000000000000, 0, fe80::",
    "00010000000000ab, 0000000000000000, 1:0:0:ab::",
    "ffffffffffffffff, ffffffffffffffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
  })
  void shouldSpellIpv6AsOthersDo(String high, String low, String text) {
    long highWord = Long.parseUnsignedLong(high, 16);
    long lowWord = Long.parseUnsignedLong(low, 16);

    assertThat(AddressText.ofIpv6(highWord, lowWord)).isEqualTo(text);
  }

  @Test
  void shouldSpellIpv4AndMac() {
    assertThat(AddressText.ofIpv4(0xc0a80001)).isEqualTo("192.168.0.1");
    assertThat(AddressText.ofIpv4(0xffffff00)).isEqualTo("255.255.255.0");
    assertThat(AddressText.of(new byte[] {(byte) 192, 0, 2, 1})).isEqualTo("192.0.2.1");
    assertThat(AddressText.ofMac(0x000a1b2c3dffL)).isEqualTo("00:0a:1b:2c:3d:ff");
  }
}
