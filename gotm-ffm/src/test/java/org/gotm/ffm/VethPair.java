package org.gotm.ffm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A cable for live tests: two virtual Ethernet interfaces, what goes into one comes out of the
 * other. Nobody else sends on it (no IPv6, no ARP, no multicast) and offloads are off, so that a
 * capture sees what the test sent.
 *
 * <p>{@link #name} is the end to capture on, {@link #peer} the end that sends. Closing removes it.
 */
public final class VethPair implements AutoCloseable {
  /** An MTU that every frame of a capture file fits into. */
  public static final int LARGEST_MTU = 65535;

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Pattern SUCCESSFUL = Pattern.compile("Successful packets: +(\\d+)");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Thread atExit = new Thread(this::delete);
  private final String namespace;
  private final String name;
  private final String peer;
  private final int mtu;

  private VethPair(boolean ownNamespace, int mtu) {
    String unique =
        "g%05d%s"
            .formatted(
                ProcessHandle.current().pid() % 100_000,
                Integer.toString(COUNT.getAndIncrement(), Character.MAX_RADIX));
    name = unique + "a";
    peer = unique + "b";
    namespace = ownNamespace ? unique : null;
    this.mtu = mtu;
    Runtime.getRuntime().addShutdownHook(atExit);
    if (ownNamespace) {
      Command.check("ip", "netns", "add", namespace);
    }
    try {
      add();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** A pair with an MTU of 1500 in the namespace of this process, for a source inside the test. */
  public static VethPair create() {
    return create(1500);
  }

  /** A pair in the namespace of this process, for a source inside the test. */
  public static VethPair create(int mtu) {
    requireLive();
    return new VethPair(false, mtu);
  }

  /** A pair in a network namespace of its own, for programs run by {@link #inside}. */
  public static VethPair inNamespace() {
    requireLive();
    return new VethPair(true, LARGEST_MTU);
  }

  /**
   * Lets a live test go on only where it can run: as root, with ip and tcpreplay. Elsewhere the
   * test is skipped, but fails if the environment says CI=true.
   */
  public static void requireLive() {
    Command.require("ip", "tcpreplay");
    if (!Command.check("id", "-u").strip().equals("0")) {
      Command.skip("a live test needs to be root");
    }
  }

  /** The interface to capture on. */
  public String name() {
    return name;
  }

  /** The interface that sends. */
  public String peer() {
    return peer;
  }

  /** The network namespace both are in, or null for that of this process. */
  public String namespace() {
    return namespace;
  }

  /** A command line that runs a program where the pair is. */
  public List<String> inside(String... command) {
    List<String> all = new ArrayList<>();
    if (namespace != null) {
      all.addAll(List.of("ip", "netns", "exec", namespace));
    }
    all.addAll(List.of(command));
    return all;
  }

  /** Makes the pair, again after {@link #remove}, and takes both ends up. */
  public void add() {
    check("ip", "link", "add", name, "type", "veth", "peer", "name", peer);
    takeBothUp();
  }

  /** Makes the pair again after {@link #remove}, the capturing end with the index it had. */
  public void add(int index) {
    check("ip", "link", "add", name, "index", "" + index, "type", "veth", "peer", "name", peer);
    takeBothUp();
  }

  private void takeBothUp() {
    for (String end : List.of(name, peer)) {
      quieten(end);
    }
    check("ip", "link", "set", peer, "up");
    setUp();
  }

  private void quieten(String end) {
    set("/proc/sys/net/ipv6/conf/%s/disable_ipv6".formatted(end), 1);
    set("/proc/sys/net/ipv4/conf/%s/forwarding".formatted(end), 0);
    check("ip", "link", "set", end, "arp", "off", "multicast", "off", "mtu", "" + mtu);
    if (Command.isInstalled("ethtool")) {
      Command.run(
          inside("ethtool", "-K", end, "gro", "off", "gso", "off", "tso", "off", "tx", "off"));
      Command.run(inside("ethtool", "-K", end, "rx", "off"));
    }
  }

  /** Gives the capturing end one more name. */
  public void addName(String alternative) {
    check("ip", "link", "property", "add", "dev", name, "altname", alternative);
  }

  /** Takes an alternative name away. */
  public void deleteName(String alternative) {
    check("ip", "link", "property", "del", "dev", name, "altname", alternative);
  }

  /** The index of the interface to capture on. */
  public int index() {
    return Integer.parseInt(check("ip", "-o", "link", "show", name).replaceAll("(?s):.*", ""));
  }

  /** Moves the capturing end to a network namespace of its own. */
  public void moveAway() {
    Command.check("ip", "netns", "add", name);
    check("ip", "link", "set", name, "netns", name);
  }

  /** Moves the capturing end back, where it has the index it had, and takes it up. */
  public void moveBack() {
    String home = namespace == null ? "" + ProcessHandle.current().pid() : namespace;
    Command.check("ip", "-n", name, "link", "set", name, "netns", home);
    Command.check("ip", "netns", "del", name);
    quieten(name);
    setUp();
  }

  private void set(String kernelParameter, int value) {
    String script = "! [ -e %1$s ] || echo %2$d >%1$s".formatted(kernelParameter, value);
    check("sh", "-c", script);
  }

  /** Takes the capturing end up, and waits until packets pass. */
  public void setUp() {
    check("ip", "link", "set", name, "up");
    for (String end : List.of(name, peer)) {
      await(end, "state UP");
    }
  }

  /** Takes the capturing end down. */
  public void setDown() {
    check("ip", "link", "set", name, "down");
    await(name, "state DOWN");
  }

  private void await(String end, String state) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    String seen;
    while (!(seen = check("ip", "-o", "link", "show", end)).contains(state)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not in %s: %s".formatted(state, seen));
      }
    }
  }

  /** Takes both interfaces away, as when a card is pulled. */
  public void remove() {
    check("ip", "link", "del", name);
  }

  /**
   * Sends every packet of a capture file, as fast as it goes.
   *
   * @return the number of packets sent
   */
  public int send(Path pcap) {
    return send(pcap, "--topspeed");
  }

  /**
   * Sends every packet of a capture file.
   *
   * @param options of tcpreplay
   * @return the number of packets sent
   */
  public int send(Path pcap, String... options) {
    List<String> command = inside("tcpreplay", "--intf1", peer);
    command.addAll(List.of(options));
    command.add(pcap.toString());
    String output = Command.check(command);
    if (output.isEmpty()) {
      return 0;
    }
    Matcher matcher = SUCCESSFUL.matcher(output);
    if (!matcher.find()) {
      throw new AssertionError("tcpreplay does not say what it sent: " + output);
    }
    return Integer.parseInt(matcher.group(1));
  }

  /**
   * Begins to send a capture file over and over.
   *
   * @param packetsPerSecond how fast
   * @return ends the sending when closed
   */
  public AutoCloseable sendForEver(Path pcap, int packetsPerSecond) {
    List<String> command =
        inside("tcpreplay", "--intf1", peer, "--loop=0", "--pps=" + packetsPerSecond, "--quiet");
    command.add(pcap.toString());
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return () -> {
        process.destroy();
        process.waitFor();
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String check(String... command) {
    return Command.check(inside(command));
  }

  /** Removes the interfaces, and the namespace if it is the pair's own. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    delete();
  }

  private void delete() {
    if (namespace != null) {
      Command.check("ip", "netns", "del", namespace);
    } else if (Command.run(List.of("ip", "link", "show", name)).exitCode() == 0) {
      remove();
    }
  }
}
