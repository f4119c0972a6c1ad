package org.gotm.ffm.kernelcut;

import static org.gotm.ffm.ebpf.Register.R1;
import static org.gotm.ffm.kernelcut.CutCode.ACCEPTED;
import static org.gotm.ffm.kernelcut.CutCode.PACKET;

import org.gotm.ffm.ebpf.BpfException;
import org.gotm.ffm.ebpf.BpfProgram;
import org.gotm.ffm.ebpf.KernelFunction;

/**
 * The program by which the kernel drops packets of flows that are cut, before they take room in the
 * socket's ring, and counts them. It makes the key of a packet as {@link
 * org.gotm.core.packet.PacketDecoder} does, and looks it up in {@link CutMaps}.
 *
 * <p>It knows TCP and UDP over IPv4, and over IPv6 without extension headers, not in a tunnel;
 * everything else passes, and so do fragments, packets that contradict themselves, and what opens
 * or ends a connection. It needs Linux 5.8 and CAP_BPF.
 */
public final class CutProgram {
  private final CutCode cut;
  private final CutOptions options;
  private final CutLink link;
  private final CutIpv4 ipv4;
  private final CutIpv6 ipv6;
  private final CutHit hit;

  private CutProgram(CutOptions options, CutMaps maps, KernelFunction clock) {
    this.options = options;
    cut = new CutCode(clock);
    CutTransport transport = new CutTransport(cut, options);
    link = new CutLink(cut, options);
    ipv4 = new CutIpv4(cut, transport, maps, options.directional());
    ipv6 = new CutIpv6(cut, transport, maps, options.directional());
    hit = new CutHit(cut, options, maps);
  }

  /**
   * Has the kernel take the program. One that has no coarse clock for programs, before Linux 5.11,
   * gets it with the exact one.
   *
   * @param maps of this program alone; it keeps what is in them
   * @return the program, to be closed by the caller as soon as it is attached
   * @throws BpfException if the kernel does not take it
   */
  public static BpfProgram load(CutOptions options, CutMaps maps) {
    try {
      return load(options, maps, KernelFunction.COARSE_NANOS);
    } catch (BpfException e) {
      try {
        return load(options, maps, KernelFunction.MONOTONIC_NANOS);
      } catch (BpfException again) {
        e.addSuppressed(again);
        throw e;
      }
    }
  }

  /** Loads it with this clock. */
  static BpfProgram load(CutOptions options, CutMaps maps, KernelFunction clock) {
    return BpfProgram.load("gotm_cut", new CutProgram(options, maps, clock).write());
  }

  private long[] write() {
    cut.code.copy(PACKET, R1);
    options.filter().write(cut.code, ACCEPTED, cut.reject);
    link.write();
    ipv4.write();
    ipv6.write();
    hit.write();
    return cut.code.assemble();
  }
}
