package org.gotm.store.file;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gotm.core.failure.Reason;

/**
 * A socket in the output folder at which another process asks a recorder to show what it has in
 * memory: whoever connects gets a byte when all packets that had arrived by then are in the files,
 * and no byte if that cannot be had in time. The rights of the socket say who may. Any thread.
 *
 * <p>It tells nothing and takes nothing: ringing it costs the recorder an early flush.
 */
public final class Doorbell implements AutoCloseable {
  private static final String NAMES = "*_current.sock";
  private static final long PATIENCE_MILLIS = 3000;
  private static final byte DONE = '\n';
  private static final String NOBODY = "the recorder has ended";

  private final ServerSocketChannel server;
  private final Path socket;
  private final Show show;
  private final Thread thread;

  /** What is done when somebody rings. */
  @FunctionalInterface
  public interface Show {
    /** Shows what there is; false if not all of it is in the files in time. */
    boolean run() throws InterruptedException;
  }

  /**
   * Begins to listen; an older socket of the same name is nobody's any more.
   *
   * @param show called for one after another
   * @throws IOException if there can be no such socket, as its path is too long or its file system
   *     has none
   */
  public Doorbell(Path socket, Show show) throws IOException {
    this.socket = socket;
    this.show = show;
    removeStale(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
    thread = Thread.ofPlatform().daemon().name("gotm-doorbell").start(this::run);
  }

  private static void removeStale(Path socket) throws IOException {
    if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)
        && !Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
            .isOther()) {
      throw new IOException("another file is in the way");
    }
    Files.deleteIfExists(socket);
  }

  private void run() {
    try {
      while (true) {
        answer(server.accept());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ClosedChannelException e) {
      // closed: this thread ends
    } catch (IOException e) {
      closeQuietly();
    }
  }

  private void answer(SocketChannel client) throws InterruptedException {
    try (client) {
      if (show.run()) {
        client.configureBlocking(false);
        client.write(ByteBuffer.wrap(new byte[] {DONE}));
      }
    } catch (IOException e) {
      // who rang has gone
    }
  }

  private void closeQuietly() {
    try {
      server.close();
    } catch (IOException e) {
      // nobody can ring any more, and is told so
    }
  }

  /**
   * Rings at all recorders that write to a folder, and waits for them, some seconds at most.
   *
   * @param notes hears of those that did not answer
   */
  public static void ringAll(Path folder, Consumer<String> notes) throws IOException {
    ringAll(folder, NAMES, notes);
  }

  /**
   * Rings at all sockets of a folder.
   *
   * @param names a glob of their names
   * @return those that answered that it is done
   */
  public static List<Path> ringAll(Path folder, String names, Consumer<String> notes)
      throws IOException {
    List<Path> done = new ArrayList<>();
    try (DirectoryStream<Path> sockets = Files.newDirectoryStream(folder, names)) {
      for (Path socket : sockets) {
        String reason = ring(socket);
        if (reason == null) {
          done.add(socket);
        } else if (!reason.equals(NOBODY)) {
          notes.accept(
              "%s: the recorder does not show what it has in memory: %s; its last second may be missing"
                  .formatted(socket, reason));
        }
      }
    }
    return done;
  }

  /** Null if what was asked for was done. */
  private static String ring(Path socket) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      if (!connect(channel, socket)) {
        return NOBODY;
      }
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      if (selector.select(PATIENCE_MILLIS) == 0) {
        return "no answer within %d s".formatted(PATIENCE_MILLIS / 1000);
      }
      return channel.read(ByteBuffer.allocate(1)) == 1 ? null : "it is not all on disk in time";
    } catch (IOException e) {
      return Reason.of(e);
    }
  }

  /** False if nobody listens there any more. */
  private static boolean connect(SocketChannel channel, Path socket) throws IOException {
    try {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (ConnectException e) {
      return false;
    }
  }

  @Override
  public void close() {
    closeQuietly();
    thread.interrupt();
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      // the next start removes it
    }
  }
}
