package org.gotm.app.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gotm.core.flow.FlowCutter;
import org.gotm.core.source.PacketSource;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.afpacket.AfPacketGroup;
import org.gotm.ffm.afpacket.AfPacketOptions;
import org.gotm.ffm.afpacket.AfPacketSource;
import org.gotm.ffm.kernelcut.KernelCutMode;
import org.gotm.ffm.kernelcut.KernelCutOptions;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.CaptureRights;
import org.gotm.ffm.linux.NetworkInterfaceFacts;
import org.gotm.ffm.linux.NetworkInterfaceFacts.Setting;
import org.gotm.ffm.linux.Offloads;
import org.gotm.ffm.pcap.PcapLibrary;
import org.gotm.ffm.snf.SnfInterfaces;

/** Looks at one network interface, and at the methods that can capture from it. */
final class InterfaceChecks {
  private static final int SMALL_BUFFER = 256 << 10;
  private static final int SMALL_BLOCK = 64 << 10;

  private final String name;
  private final List<HealthCheck> findings = new ArrayList<>();
  private int possibleMethods;

  InterfaceChecks(String name) {
    this.name = name;
  }

  List<HealthCheck> findings() {
    if (name.equals(CaptureMode.ANY)) {
      findings.add(HealthCheck.note("any is all interfaces: ask for each of them by its name too"));
    } else {
      Optional<NetworkInterfaceFacts> facts = NetworkInterfaceFacts.of(name);
      if (facts.isEmpty()) {
        return List.of(
            HealthCheck.bad(
                "interface=" + name + ": there is none of this name", "gotm -list-interfaces"));
      }
      link(facts.get());
      card(facts.get());
      offloads(facts.get().offloads());
    }
    methods();
    return findings;
  }

  private void methods() {
    afPacket();
    snf();
    pcap();
    if (possibleMethods == 0) {
      findings.add(HealthCheck.bad("no method can capture from " + name, CaptureRights.REMEDY));
    }
  }

  private void link(NetworkInterfaceFacts facts) {
    if (!facts.isUp()) {
      findings.add(HealthCheck.bad(name + " is down", "ip link set " + name + " up"));
    } else if (!facts.isRunning()) {
      findings.add(
          HealthCheck.bad(name + " has no carrier", "check the cable, the optics and the tap"));
    } else {
      findings.add(HealthCheck.ok(name + " is up and has a carrier"));
    }
    findings.add(
        HealthCheck.note(
            "driver=%s speed=%s mtu=%s"
                .formatted(
                    facts.driver().orElse("none"),
                    facts.speedMbit().isPresent()
                        ? facts.speedMbit().getAsInt() + " Mbit/s"
                        : "not told",
                    facts.mtu().isPresent() ? facts.mtu().getAsInt() : "not told")));
  }

  private void card(NetworkInterfaceFacts facts) {
    facts.ring().ifPresent(ring -> findings.add(ring(ring)));
    facts
        .queues()
        .ifPresent(
            queues ->
                findings.add(
                    HealthCheck.note(
                        "receive queues: %d of %d".formatted(queues.now(), queues.largest()))));
  }

  private HealthCheck ring(Setting ring) {
    String what = "receive ring of the card: %d of %d places".formatted(ring.now(), ring.largest());
    return ring.now() < ring.largest()
        ? HealthCheck.bad(what, "ethtool -G %s rx %d".formatted(name, ring.largest()))
        : HealthCheck.ok(what);
  }

  private void offloads(Offloads offloads) {
    findings.add(
        offloads.joinPackets()
            ? HealthCheck.bad(
                "offloads join packets (gro=%s lro=%s tso=%s gso=%s): what is recorded was not on the wire so"
                    .formatted(
                        word(offloads.gro()),
                        word(offloads.lro()),
                        word(offloads.tso()),
                        word(offloads.gso())),
                Offloads.remedy(name))
            : HealthCheck.ok("no offload joins packets"));
  }

  private static String word(Optional<Boolean> isOn) {
    return isOn.map(on -> on ? "on" : "off").orElse("unknown");
  }

  private void afPacket() {
    AfPacketOptions options =
        AfPacketOptions.of(name)
            .withBuffer(SMALL_BUFFER, SMALL_BLOCK)
            .withKernelCut(KernelCutOptions.of(KernelCutMode.AUTO, FlowCutter.Options.defaults()));
    List<String> obstacles = new ArrayList<>();
    try (PacketSource source = AfPacketSource.open(options, obstacles::add)) {
      possible("afpacket", "AF_PACKET ring, link type " + source.linkType());
      findings.add(
          obstacles.isEmpty()
              ? HealthCheck.ok("flows can be cut in the kernel, see -kernelcut")
              : HealthCheck.note(obstacles.getFirst()));
      findings.add(HealthCheck.note("with -workers above 1, " + AfPacketGroup.spread()));
    } catch (PacketSourceException e) {
      findings.add(HealthCheck.note("capture=afpacket is not possible: " + e.getMessage()));
    }
  }

  private void snf() {
    try {
      if (SnfInterfaces.list().stream().anyMatch(found -> found.name().equals(name))) {
        possible("snf", "SNF owns the interface");
      } else {
        findings.add(HealthCheck.note("capture=snf is not possible: SNF does not own " + name));
      }
    } catch (PacketSourceException e) {
      findings.add(HealthCheck.note("capture=snf is not possible: " + e.getMessage()));
    }
  }

  private void pcap() {
    try {
      possible("pcap", PcapLibrary.load().toString());
    } catch (PacketSourceException e) {
      findings.add(
          HealthCheck.note(
              "capture=pcap is not possible, and filters but the default: " + e.getMessage()));
    }
  }

  private void possible(String method, String how) {
    possibleMethods += method.equals("pcap") ? 0 : 1;
    findings.add(HealthCheck.ok("capture=%s is possible: %s".formatted(method, how)));
  }
}
