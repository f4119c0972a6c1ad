package org.gotm.ffm.snf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Steers the fake libsnf of this JVM, which is the full build: a JUnit extension that loads it,
 * sets it back before each test, and fails a test that leaves something open. Ports are 0, ens1,
 * and 1, ens4.
 *
 * <p>The functions are described in {@code fake_snf_control.c} and {@code fake_snf_replay.c}.
 */
public final class FakeSnf implements BeforeEachCallback, AfterEachCallback {
  /** Words of {@code struct snf_ring_stats}, for {@link #count}. */
  static final int NIC_OVERFLOW = 1;

  static final int NIC_BAD = 2;
  static final int SHARED_OVERFLOW = 6;
  static final int NIC_FILTERED = 7;

  /** Facts about the board that was opened last, for {@link #opened}. */
  static final int PORT_MASK = 0;

  static final int RINGS = 1;
  static final int RSS_FLAGS = 2;
  static final int DATA_RING = 3;
  static final int FLAGS = 4;

  static final int FOR_EVER = -1;

  private static final List<String> VARIABLES =
      List.of(
          "SNF_NUM_RINGS",
          "SNF_RING_ID",
          "SNF_FLAGS",
          "SNF_RSS_FLAGS",
          "SNF_DATARING_SIZE",
          "SNF_APP_ID");

  private final Set<String> variables = new HashSet<>(VARIABLES);
  private final Map<String, MethodHandle> handles = new HashMap<>();
  private SymbolLookup library;
  private boolean leavesOpen;

  @Override
  public void beforeEach(ExtensionContext context) {
    Path file = FakeSnfBuild.FULL.compile();
    System.setProperty("gotm.snf.library", file.toString());
    library = SymbolLookup.libraryLookup(file, Arena.global());
    variables.forEach(name -> setenv(name, null));
    call(JAVA_INT, "fake_snf_reset");
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (library == null) {
      return;
    }
    variables.forEach(name -> setenv(name, null));
    System.clearProperty("gotm.snf.library");
    int handles = (int) call(JAVA_INT, "fake_snf_reset");
    if (!leavesOpen) {
      assertThat(handles).as("handles left open").isZero();
    }
    leavesOpen = false;
  }

  /** All packets of a capture file arrive at a port at once. */
  long arrive(int port, Path pcap) {
    long added = (long) call(JAVA_LONG, "fake_snf_add_file", port, pcap.toString());
    assertThat(added).as("packets of %s", pcap).isNotNegative();
    return arriveFromFiles(port, FOR_EVER);
  }

  /** Adds a file to those of the port. */
  void addFile(int port, Path pcap) {
    assertThat((long) call(JAVA_LONG, "fake_snf_add_file", port, pcap.toString()))
        .as("packets of %s", pcap)
        .isNotNegative();
  }

  /** The next packets of the port's files arrive at once. */
  long arriveFromFiles(int port, long count) {
    return (long) call(JAVA_LONG, "fake_snf_arrive_from_files", port, count);
  }

  /** A frame arrives. */
  void arrive(int port, byte[] frame, long timestampNanos) {
    call(null, "fake_snf_arrive", port, frame, frame.length, timestampNanos);
  }

  /** From the next start on the port's files arrive by themselves. */
  void replay(int port, long loops, boolean waitsForRoom) {
    call(null, "fake_snf_replay", port, loops, waitsForRoom ? 1 : 0, 0L);
  }

  boolean isReplaying(int port) {
    return (int) call(JAVA_INT, "fake_snf_is_replaying", port) == 1;
  }

  /** The next calls of a function fail. */
  void fail(String function, int code, long times) {
    call(null, "fake_snf_fail", function, code, times);
  }

  long calls(String function) {
    return (long) call(JAVA_LONG, "fake_snf_calls", function);
  }

  /** The calls that open, start, stop and close, in order. */
  String trace() {
    MemorySegment text = (MemorySegment) call(ADDRESS, "fake_snf_trace");
    return text.reinterpret(Long.MAX_VALUE).getString(0);
  }

  long opened(int what) {
    return (long) call(JAVA_LONG, "fake_snf_opened", what);
  }

  int appId() {
    return (int) call(JAVA_INT, "fake_snf_app_id");
  }

  /** Changes the library's environment, which Java's copy of it does not show. */
  void setenv(String name, String value) {
    variables.add(name);
    call(null, "fake_snf_setenv", name, value == null ? MemorySegment.NULL : value);
  }

  /** As if {@code snf_init} had not been called. */
  void forgetInit() {
    call(null, "fake_snf_forget_init");
  }

  void noInterfaces() {
    call(null, "fake_snf_no_interfaces", 1);
  }

  void zeroTimestamps(long count) {
    call(null, "fake_snf_zero_timestamps", count);
  }

  void link(int port, boolean isUp) {
    call(null, "fake_snf_link", port, isUp ? 1 : 0);
  }

  void timeSource(int state) {
    call(null, "fake_snf_timesource", state);
  }

  void count(int port, int word, long amount) {
    call(null, "fake_snf_count", port, word, amount);
  }

  void clearCounters(int port) {
    call(null, "fake_snf_clear_counters", port);
  }

  void delayStats(boolean delayed) {
    call(null, "fake_snf_delay_stats", delayed ? 1 : 0);
  }

  /** The library's count of packets in a ring is so much too large, or too small if negative. */
  void misreport(long packets) {
    call(null, "fake_snf_misreport", packets);
  }

  /** The test means to leave something open. */
  void leavesOpen() {
    leavesOpen = true;
  }

  /** Opens a port as {@link SnfSource#openRings} does where no variable of SNF is set. */
  static List<SnfSource> open(SnfOptions options) {
    return SnfSource.openRings(options, Map.of(), SnfHandover.HOST_CLOCK);
  }

  private Object call(ValueLayout result, String function, Object... arguments) {
    MethodHandle handle = handles.computeIfAbsent(function, name -> link(result, name, arguments));
    try (Arena arena = Arena.ofConfined()) {
      return handle.invokeWithArguments(
          Arrays.stream(arguments).map(each -> toNative(arena, each)).toList());
    } catch (Throwable e) {
      throw new AssertionError(function, e);
    }
  }

  private MethodHandle link(ValueLayout result, String function, Object... arguments) {
    MemoryLayout[] layouts = Stream.of(arguments).map(FakeSnf::layout).toArray(MemoryLayout[]::new);
    FunctionDescriptor descriptor =
        result == null
            ? FunctionDescriptor.ofVoid(layouts)
            : FunctionDescriptor.of(result, layouts);
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(function), descriptor);
  }

  private static MemoryLayout layout(Object argument) {
    return switch (argument) {
      case Integer i -> JAVA_INT;
      case Long l -> JAVA_LONG;
      default -> ADDRESS;
    };
  }

  private static Object toNative(Arena arena, Object argument) {
    return switch (argument) {
      case String text -> arena.allocateFrom(text);
      case byte[] bytes -> arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      default -> argument;
    };
  }
}
