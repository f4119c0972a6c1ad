package org.gotm.app.metrics;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One connection, which is asked once, answered and closed. Its own thread runs it; the server's
 * thread closes it from outside when it takes too long or must give way.
 */
final class Exchange implements Runnable {
  /** How long a client may take to ask. */
  static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How long the answer may take, and the client to read it. */
  static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int LONGEST_HEAD = 8 << 10;

  private final Socket socket;
  private final Function<String, Page> pages;
  private volatile long deadlineNanos = System.nanoTime() + ASK_NANOS;
  private volatile boolean asked;
  private volatile boolean ended;

  /** An exchange on a socket, which it closes; {@code pages} finds the page of a path. */
  Exchange(Socket socket, Function<String, Page> pages) {
    this.socket = socket;
    this.pages = pages;
  }

  @Override
  public void run() {
    try (socket) {
      String head = readHead();
      if (head != null) {
        deadlineNanos = System.nanoTime() + ANSWER_NANOS;
        asked = true;
        socket.getOutputStream().write(answer(head));
      }
    } catch (IOException e) {
      // the client has gone, or was too slow: nobody is left to be told
    } finally {
      ended = true;
    }
  }

  /** The request up to its empty line, or null if the client leaves before that. */
  private String readHead() throws IOException {
    byte[] bytes = new byte[LONGEST_HEAD];
    int length = 0;
    while (length < bytes.length) {
      int read = socket.getInputStream().read(bytes, length, bytes.length - length);
      if (read < 0) {
        return null;
      }
      length += read;
      String head = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
      if (head.contains("\r\n\r\n") || head.contains("\n\n")) {
        return head;
      }
    }
    return "";
  }

  private byte[] answer(String head) {
    if (head.isEmpty()) {
      return Page.plain(431, "the request is too long\n").bytes(false);
    }
    String[] words = head.lines().findFirst().orElse("").split(" ");
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      return Page.plain(400, "not a request of HTTP/1.1\n").bytes(false);
    }
    boolean headOnly = words[0].equals("HEAD");
    if (!headOnly && !words[0].equals("GET")) {
      return Page.plain(405, "only GET and HEAD\n").bytes(false);
    }
    return pages.apply(words[1].split("\\?", 2)[0]).bytes(headOnly);
  }

  /** Ends it, whatever it waits for. Any thread. */
  void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // closed all the same: close(2) frees the descriptor even when it fails
    }
  }

  boolean isClosed() {
    return socket.isClosed();
  }

  /** True while the client has not asked yet. */
  boolean isWaiting() {
    return !asked;
  }

  boolean isOverdue(long nowNanos) {
    return nowNanos - deadlineNanos >= 0;
  }

  /** True when its thread is through with it. */
  boolean hasEnded() {
    return ended;
  }
}
