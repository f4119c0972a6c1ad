package org.gotm.app.queryserver;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.gotm.ffm.linux.Privileges;
import org.gotm.ffm.linux.UserAccount;

/** A socket in the file system, which the user and the group of the process may use. */
final class UnixSocket {
  private static final int TYPE_MASK = 0170000;
  private static final int SOCKET = 0140000;

  /** Leaves 0660. */
  private static final int MASK = 0117;

  private UnixSocket() {}

  /**
   * Makes the socket; what a process left that is dead is replaced, and nothing else.
   *
   * @param owner whom the process is going to be, if another
   * @throws IOException if another process listens there, or the file is something else
   */
  static ServerSocketChannel bind(Path path, int backlog, Optional<UserAccount> owner)
      throws IOException {
    removeStale(path);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    int mask = Privileges.setFileMask(MASK); // never wider, not for a moment
    try {
      channel.bind(UnixDomainSocketAddress.of(path), backlog);
      if (owner.isPresent()) {
        Files.setAttribute(path, "unix:gid", owner.get().gid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:uid", owner.get().uid(), LinkOption.NOFOLLOW_LINKS);
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    } finally {
      Privileges.setFileMask(mask);
    }
  }

  /**
   * Removes the file of a socket that was closed, if that is permitted: else the next start does.
   */
  static void remove(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // the folder is another user's, such as root's who made the socket
    }
  }

  private static void removeStale(Path path) throws IOException {
    int mode;
    try {
      mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if ((mode & TYPE_MASK) != SOCKET) {
      throw new IOException("there is a file that is no socket: it is left alone");
    }
    try (SocketChannel trial = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      trial.connect(UnixDomainSocketAddress.of(path));
      throw new IOException("another process listens there");
    } catch (ConnectException e) {
      Files.delete(path); // nobody listens
    }
  }
}
