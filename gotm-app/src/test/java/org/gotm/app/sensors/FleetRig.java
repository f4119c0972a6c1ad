package org.gotm.app.sensors;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gotm.app.queryserver.QueryCounts;
import org.gotm.app.queryserver.QueryServer;
import org.gotm.app.queryserver.QuerySettings;
import org.gotm.app.queryserver.Recorded;

/**
 * Query servers at Unix sockets, or at ports with TLS, among which the packets of a capture are
 * dealt like cards.
 */
public final class FleetRig implements AutoCloseable {
  private static final int HEADER = 24;
  private static final int RECORD = 16;
  private static final int CAPLEN = 8;

  private final Path folder;
  private final List<QueryServer> servers = new ArrayList<>();
  private final StringBuilder list = new StringBuilder();

  /** Servers {@code s0}, {@code s1} and so on, at sockets. */
  public FleetRig(Path folder, Path capture, int sensors) throws IOException {
    this(folder, capture, sensors, Optional.empty());
  }

  private FleetRig(Path folder, Path capture, int sensors, Optional<Path> keys) throws IOException {
    this.folder = folder;
    deal(capture, sensors);
    for (int i = 0; i < sensors; i++) {
      servers.add(start(i, keys));
      if (keys.isEmpty()) {
        add("s" + i, socket(i));
      } else {
        list.append("s%d https://127.0.0.1:%d\n".formatted(i, servers.getLast().port()));
      }
    }
  }

  /** For bench/fleet.sh: FOLDER CAPTURE SENSORS KEYS; runs until standard input ends. */
  public static void main(String[] args) throws IOException {
    Optional<Path> keys = Optional.of(Path.of(args[3]));
    int sensors = Integer.parseInt(args[2]);
    try (FleetRig rig = new FleetRig(Path.of(args[0]), Path.of(args[1]), sensors, keys)) {
      System.out.println("list " + rig.list());
      while (System.in.read() >= 0) {
        // goes on
      }
    }
  }

  /** Classic pcap of this machine's byte order. */
  private void deal(Path capture, int sensors) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(capture)).order(ByteOrder.LITTLE_ENDIAN);
    List<ByteArrayOutputStream> dealt = new ArrayList<>();
    for (int i = 0; i < sensors; i++) {
      dealt.add(new ByteArrayOutputStream());
      dealt.getLast().writeBytes(head(all));
    }
    int at = HEADER;
    for (int i = 0; at < all.limit(); i++) {
      int length = RECORD + all.getInt(at + CAPLEN);
      dealt.get(i % sensors).write(all.array(), at, length);
      at += length;
    }
    for (int i = 0; i < sensors; i++) {
      Files.createDirectories(file(i).getParent());
      Files.write(file(i), dealt.get(i).toByteArray());
    }
  }

  private static byte[] head(ByteBuffer all) {
    byte[] head = new byte[HEADER];
    all.get(0, head);
    return head;
  }

  private Path file(int i) {
    return folder.resolve("out" + i).resolve("2026/01/01/2026-01-01T00-00-00.pcap");
  }

  private Path socket(int i) {
    return folder.resolve("s%d.sock".formatted(i));
  }

  private QueryServer start(int i, Optional<Path> keys) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    QuerySettings settings =
        new QuerySettings(
            keys.map(_ -> any),
            keys.orElse(folder),
            keys.isPresent() ? Optional.empty() : Optional.of(socket(i)),
            Optional.empty(),
            Duration.ofMinutes(15));
    QueryServer server = QueryServer.open(settings, Optional.empty(), line -> {});
    Recorded recorded =
        new Recorded(List.of(folder.resolve("out" + i)), () -> {}, () -> 0, Optional.empty());
    server.start(recorded, new QueryCounts());
    return server;
  }

  /** One more line of the list. */
  public void add(String name, Path socket) {
    list.append(name).append(" unix:").append(socket).append('\n');
  }

  /** Ends a server, which stays in the list. */
  public void stop(int i) {
    servers.get(i).close();
  }

  /** The list as a file. */
  public Path list() throws IOException {
    return Files.writeString(folder.resolve("sensors"), list);
  }

  @Override
  public void close() {
    servers.forEach(QueryServer::close);
  }
}
