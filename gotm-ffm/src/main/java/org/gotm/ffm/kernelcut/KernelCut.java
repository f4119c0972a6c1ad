package org.gotm.ffm.kernelcut;

import java.util.function.Consumer;
import org.gotm.core.source.CutOffload;
import org.gotm.core.source.PacketSourceException;
import org.gotm.ffm.bpf.SocketFilter;
import org.gotm.ffm.ebpf.BpfException;
import org.gotm.ffm.ebpf.BpfProgram;
import org.gotm.ffm.ebpf.ClassicFilter;
import org.gotm.ffm.ebpf.UnsupportedFilterException;
import org.gotm.ffm.linux.CaptureMode;
import org.gotm.ffm.linux.PacketSocket;

/**
 * Cuts flows of one packet socket in the kernel: puts the program of {@link CutProgram} in place of
 * the socket's filter while that pays, and keeps the flows that it cuts. One thread, but the totals
 * from any.
 *
 * <p>The program goes with the socket: when the process ends, however it ends, nothing is left.
 */
public final class KernelCut implements CutOffload, AutoCloseable {
  /** Bytes of each packet that {@link KernelCutMode#HEADERS} leaves. */
  public static final int HEADER_BYTES = CutOptions.SHORTEST_TRUNCATION;

  private static final long LOOK_NANOS = 250_000_000;

  private final KernelCutMode mode;
  private final SocketFilter filter;
  private final Consumer<String> notes;
  private final CutMaps maps;
  private final CutEntries entries;
  private final BpfProgram program;
  private final CutBalance balance = new CutBalance();
  private PacketSocket socket;
  private boolean isIn;
  private String obstacle;
  private long switches;
  private long delivered;
  private long cutBehind;
  private long cutInKernel;
  private long lookedNanos;

  private KernelCut(
      KernelCutMode mode,
      SocketFilter filter,
      Consumer<String> notes,
      CutMaps maps,
      BpfProgram program) {
    this.mode = mode;
    this.notes = notes;
    this.filter = filter;
    this.maps = maps;
    this.program = program;
    entries = new CutEntries(maps);
  }

  /**
   * Loads the program, which cuts nothing before {@link #follow}.
   *
   * @param options whose mode is not {@link KernelCutMode#OFF}
   * @param filter of the socket, null for none
   * @param notes takes a line if the kernel refuses to go on later; the polling thread calls it
   * @throws BpfException if the kernel does not take it
   * @throws UnsupportedFilterException if the filter cannot stand before it
   * @throws IllegalArgumentException if packets are captured in a mode that it does not know, or
   *     the filter keeps nothing
   */
  public static KernelCut open(
      KernelCutOptions options, CaptureMode capture, SocketFilter filter, Consumer<String> notes)
      throws UnsupportedFilterException {
    CutOptions cut = CutOptions.of(capture, options.key(), options.timeoutNanos(), front(filter));
    if (options.mode() == KernelCutMode.HEADERS) {
      cut = cut.withTruncation(HEADER_BYTES);
    }
    CutMaps maps = new CutMaps(options.capacity());
    try {
      return new KernelCut(options.mode(), filter, notes, maps, CutProgram.load(cut, maps));
    } catch (BpfException e) {
      maps.close();
      throw e;
    }
  }

  private static FrontFilter front(SocketFilter filter) throws UnsupportedFilterException {
    if (filter == null) {
      return FrontFilter.all(SocketFilter.WHOLE_PACKET);
    }
    ClassicFilter classic = ClassicFilter.of(filter);
    if (classic.keepsNothing()) {
      throw new IllegalArgumentException("the filter keeps nothing that could be cut");
    }
    return classic::write;
  }

  /**
   * Cuts on this socket from now on, which has the filter. If it does not take the program, that
   * shows now.
   */
  public void follow(PacketSocket newSocket) {
    socket = newSocket;
    isIn = false;
    if (obstacle == null) {
      change();
    }
    if (isIn && mode == KernelCutMode.AUTO && !balance.isIn()) {
      change();
    }
    switches += isIn ? 1 : 0;
  }

  /** Leaves the socket as it is from now on: somebody else puts another filter there. */
  public void leave() {
    socket = null;
    isIn = false;
  }

  private void putIn() {
    program.attachTo(socket);
    isIn = true;
  }

  private void takeOut() {
    if (filter == null) {
      socket.detachFilter();
    } else {
      filter.attachTo(socket);
    }
    isIn = false;
  }

  @Override
  public int capacity() {
    return maps.capacity();
  }

  @Override
  public void count(int newDelivered, int newCut) {
    delivered += newDelivered;
    cutBehind += newCut;
    long now = System.nanoTime();
    if (now - lookedNanos >= LOOK_NANOS) {
      lookedNanos = now;
      entries.setClock();
      look();
    }
  }

  private void look() {
    long total = maps.packets();
    if (socket == null || !balance.look(delivered, cutBehind, total - cutInKernel)) {
      return;
    }
    if (isIn && headerBytes() == 0 && isGone(total)) {
      switches++;
      isIn = false;
      change();
    }
    delivered = 0;
    cutBehind = 0;
    cutInKernel = total;
    if (mode == KernelCutMode.AUTO && balance.isIn() != isIn && obstacle == null) {
      switches++;
      change();
    }
  }

  /** True if somebody has taken it out: flows that are armed are cut behind it. */
  private boolean isGone(long total) {
    return total == cutInKernel && cutBehind * 2 > delivered && entries.armed() > 0;
  }

  private void change() {
    try {
      if (isIn) {
        takeOut();
      } else {
        putIn();
      }
    } catch (PacketSourceException e) {
      fail(e);
    }
  }

  @Override
  public boolean isOn() {
    return isIn && obstacle == null;
  }

  @Override
  public int headerBytes() {
    return mode == KernelCutMode.HEADERS ? HEADER_BYTES : 0;
  }

  @Override
  public int arm(long[] words, int at, long nanos) {
    return entries.arm(words, at, nanos);
  }

  /** What the kernel refuses is the end of cutting there: packets are cut behind it, as before. */
  @Override
  public void flush() {
    try {
      entries.flush();
    } catch (BpfException e) {
      fail(e);
    }
  }

  private void fail(RuntimeException refusal) {
    if (obstacle == null) {
      obstacle = refusal.getMessage();
      notes.accept("flows are not cut in the kernel: " + obstacle);
      if (isIn) {
        takeOut();
      }
    }
  }

  @Override
  public int find(long[] words, int at) {
    try {
      return entries.find(words, at);
    } catch (BpfException e) {
      fail(e);
      return NONE;
    }
  }

  @Override
  public void disarm(int entry, long[] words, int at) {
    try {
      entries.disarm(entry, words, at);
    } catch (BpfException e) {
      fail(e);
    }
  }

  @Override
  public boolean isOver(int entry) {
    return entries.isDead(entry);
  }

  @Override
  public long packets(int entry, int end) {
    return entries.packets(entry, end);
  }

  @Override
  public long bytes(int entry, int end) {
    return entries.bytes(entry, end);
  }

  @Override
  public long payloadBytes(int entry, int end) {
    return entries.payloadBytes(entry, end);
  }

  @Override
  public long lastNanos(int entry) {
    return entries.lastNanos(entry);
  }

  /** Why the kernel has refused to go on, or null: nothing is cut there any more then. */
  public String obstacle() {
    return obstacle;
  }

  /** Packets that were cut so far. */
  public long totalPackets() {
    return maps.packets();
  }

  /** Bytes of these packets, as the socket would have got them. */
  public long totalBytes() {
    return maps.bytes();
  }

  /** Flows that are armed now. */
  public int armed() {
    return entries.armed();
  }

  /** How often a flow was not armed as there was no room. */
  public long refused() {
    return entries.refused();
  }

  /** How often the program was put in or taken out. */
  public long switches() {
    return switches;
  }

  @Override
  public void close() {
    program.close();
    maps.close();
  }
}
