package org.gotm.app.sensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gotm.app.queryserver.QueryCounts;
import org.gotm.app.queryserver.QueryServer;
import org.gotm.app.queryserver.QuerySettings;
import org.gotm.app.queryserver.Recorded;

/** Query servers at Unix sockets, among which the packets of a capture are dealt like cards. */
public final class FleetRig implements AutoCloseable {
  private static final int HEADER = 24;
  private static final int RECORD = 16;
  private static final int CAPLEN = 8;

  private final Path folder;
  private final List<QueryServer> servers = new ArrayList<>();
  private final StringBuilder list = new StringBuilder();

  /** Servers {@code s0}, {@code s1} and so on. */
  public FleetRig(Path folder, Path capture, int sensors) throws IOException {
    this.folder = folder;
    deal(capture, sensors);
    for (int i = 0; i < sensors; i++) {
      servers.add(start(i));
      add("s" + i, socket(i));
    }
  }

  /** Classic pcap of this machine's byte order. */
  private void deal(Path capture, int sensors) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(capture)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < sensors; i++) {
      Files.createDirectories(file(i).getParent());
      Files.write(file(i), head(all));
    }
    int at = HEADER;
    for (int i = 0; at < all.limit(); i++) {
      int length = RECORD + all.getInt(at + CAPLEN);
      try (FileChannel to = FileChannel.open(file(i % sensors), StandardOpenOption.APPEND)) {
        to.write(all.slice(at, length));
      }
      at += length;
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

  private QueryServer start(int i) throws IOException {
    QuerySettings settings =
        new QuerySettings(
            Optional.empty(),
            folder,
            Optional.of(socket(i)),
            Optional.empty(),
            Duration.ofMinutes(15));
    QueryServer server = QueryServer.open(settings, Optional.empty(), line -> {});
    Recorded recorded = new Recorded(List.of(folder.resolve("out" + i)), () -> {}, () -> 0);
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
