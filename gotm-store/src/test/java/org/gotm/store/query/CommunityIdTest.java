package org.gotm.store.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Community IDs as other programs write them. */
class CommunityIdTest {
  @ParameterizedTest
  @CsvSource({
    "6,128.232.110.120,66.35.250.204,34855,80,1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
    "6,2001:470:e5bf:dead:4957:2174:e82c:4887,2607:f8b0:400c:c03::1a,63943,25,1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
    "17,192.168.1.52,8.8.8.8,54585,53,1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
    "132,192.168.170.8,192.168.170.56,7,7,1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=",
    "1,192.168.0.89,192.168.0.1,8,0,1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
    "1,192.168.0.1,192.168.0.89,0,0,1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
    "1,10.0.0.1,10.0.0.2,11,0,1:YHxtAirCG//0OzkcVAukqKQN9xM=",
    "58,3ffe:507:0:1:200:86ff:fe05:80da,3ffe:501:0:1001::2,128,0,1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
    "58,fe80::200:86ff:fe05:80da,fe80::260:97ff:fe07:69ea,135,0,1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
    "58,fe80::260:97ff:fe07:69ea,fe80::200:86ff:fe05:80da,135,0,1:zavyT/cezQr1fmImYCwYnMXbgck=",
    "58,fe80::200:86ff:fe05:80da,ff02::2,133,0,1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=",
    "58,3ffe:501:410:0:2c0:dfff:fe47:33e,3ffe:507:0:1:200:86ff:fe05:80da,1,4,1:hLZd0XGWojozrvxqE0dWB1iM6R0=",
    "46,10.1.12.1,10.1.12.2,-1,-1,1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="
  })
  void shouldBeWhatOthersWrite(
      int protocol, String source, String target, int first, int second, String id)
      throws Exception {
    boolean isIcmp = protocol == 1 || protocol == 58;
    PacketFacts.Layer layer = new PacketFacts.Layer();
    layer.protocol = protocol;
    ByteBuffer from = ByteBuffer.wrap(InetAddress.ofLiteral(source).getAddress());
    ByteBuffer to = ByteBuffer.wrap(InetAddress.ofLiteral(target).getAddress());
    layer.isIpv4 = from.remaining() == 4;
    layer.source0 = layer.isIpv4 ? from.getInt() & 0xffff_ffffL : from.getLong();
    layer.target0 = layer.isIpv4 ? to.getInt() & 0xffff_ffffL : to.getLong();
    layer.source1 = layer.isIpv4 ? 0 : from.getLong();
    layer.target1 = layer.isIpv4 ? 0 : to.getLong();
    layer.sourcePort = isIcmp ? -1 : first;
    layer.targetPort = isIcmp ? -1 : second;
    layer.icmpType = isIcmp ? first : -1;
    layer.icmpCode = second;

    assertThat(CommunityId.parse(id).isOf(layer)).isTrue();
    assertThat(CommunityId.parse("1:" + "A".repeat(27) + "=").isOf(layer)).isFalse();
  }
}
