package org.gotm.ffm;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.gotm.core.packet.AddressText;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.NetworkInterfaceFacts;
import org.gotm.ffm.linux.PacketSocket;

/**
 * Something to capture from, as it was when it was listed by {@link Sources#interfaces}.
 *
 * @param name what to ask for
 * @param isUp true if an administrator took it up
 * @param isRunning true if it is up and has a carrier
 * @param mtu largest network packet it sends, in bytes
 * @param addresses IPv4 and IPv6 addresses as text, often none
 * @param method by which it would be captured from
 * @param obstacle why it cannot be captured from now, in a few words
 */
public record CaptureInterface(
    String name,
    boolean isUp,
    boolean isRunning,
    OptionalInt mtu,
    List<String> addresses,
    Method method,
    Optional<String> obstacle) {
  static List<CaptureInterface> all() {
    boolean isPermitted = isPermitted();
    List<CaptureInterface> all = new ArrayList<>();
    for (NetworkInterfaceFacts facts : NetworkInterfaceFacts.all()) {
      all.add(of(facts, isPermitted));
    }
    all.add(any(isPermitted));
    return List.copyOf(all);
  }

  private static boolean isPermitted() {
    try {
      new PacketSocket(CaptureMode.ANY, CaptureMode.COOKED).close();
      return true;
    } catch (PacketSourceException e) {
      return false; // who then captures is told why
    }
  }

  private static CaptureInterface of(NetworkInterfaceFacts facts, boolean isPermitted) {
    Method method = method(facts);
    String obstacle = facts.isUp() ? null : "it is down";
    if (method != Method.SNF && obstacle == null && !isPermitted) {
      obstacle = "no permission";
    }
    return new CaptureInterface(
        facts.name(),
        facts.isUp(),
        facts.isRunning(),
        facts.mtu(),
        addresses(facts.name()),
        method,
        Optional.ofNullable(obstacle));
  }

  private static CaptureInterface any(boolean isPermitted) {
    return new CaptureInterface(
        CaptureMode.ANY,
        true,
        true,
        OptionalInt.empty(),
        List.of(),
        Method.AFPACKET,
        isPermitted ? Optional.empty() : Optional.of("no permission"));
  }

  private static Method method(NetworkInterfaceFacts facts) {
    Method method = Method.AUTO.on(facts.name());
    return method == Method.AFPACKET && !isKnown(facts) ? Method.PCAP : method;
  }

  private static boolean isKnown(NetworkInterfaceFacts facts) {
    try {
      CaptureMode.of(facts.name(), facts.hardwareType().orElse(-1));
      return true;
    } catch (PacketSourceException e) {
      return false; // libpcap knows more kinds
    }
  }

  private static List<String> addresses(String name) {
    try {
      NetworkInterface known = NetworkInterface.getByName(name);
      return known == null
          ? List.of()
          : known.inetAddresses().map(InetAddress::getAddress).map(AddressText::of).toList();
    } catch (SocketException e) {
      return List.of(); // it went away meanwhile
    }
  }
}
