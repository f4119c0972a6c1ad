package org.gotm.app.metrics;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * One connection, which is asked once, answered and closed; a stream of events is an answer that
 * goes on for as long as the client takes each in time. Its own thread runs it; the server's thread
 * closes it from outside when it takes too long or must give way.
 */
final class Exchange implements Runnable {
  /** How long a client may take to ask. */
  static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How long the answer may take, and the client to read it. */
  static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final int LONGEST_HEAD = 8 << 10;

  /** What waits for a client that does not read its events: so few that it is soon found out. */
  private static final int STREAM_BUFFER = 64 << 10;

  private final Socket socket;
  private final Site site;
  private volatile long deadlineNanos = System.nanoTime() + ASK_NANOS;
  private volatile boolean asked;
  private volatile boolean ended;

  /** An exchange on a socket, which it closes; {@code site} has the page of a path. */
  Exchange(Socket socket, Site site) {
    this.socket = socket;
    this.site = site;
  }

  @Override
  public void run() {
    try (socket) {
      String head = readHead();
      if (head != null) {
        deadlineNanos = System.nanoTime() + ANSWER_NANOS;
        asked = true;
        answer(head);
      }
    } catch (IOException e) {
      // the client has gone, or was too slow: nobody is left to be told
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the server is closed
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

  private void answer(String head) throws IOException, InterruptedException {
    String[] words = head.lines().findFirst().orElse("").split(" ");
    Page refusal = refusal(head, words);
    if (refusal != null) {
      write(refusal.bytes(false));
      return;
    }
    String path = words[1].split("\\?", 2)[0];
    boolean headOnly = words[0].equals("HEAD");
    try (EventStream events = headOnly ? null : site.stream(path)) {
      if (events == null) {
        write(site.page(path).bytes(headOnly));
      } else {
        stream(events);
      }
    }
  }

  private static Page refusal(String head, String[] words) {
    if (head.isEmpty()) {
      return Page.plain(431, "the request is too long\n");
    }
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      return Page.plain(400, "not a request of HTTP/1.1\n");
    }
    return words[0].equals("GET") || words[0].equals("HEAD")
        ? null
        : Page.plain(405, "only GET and HEAD\n");
  }

  private void stream(EventStream events) throws IOException, InterruptedException {
    socket.setSendBufferSize(STREAM_BUFFER);
    write(Page.EVENTS_HEAD.getBytes(StandardCharsets.US_ASCII));
    for (String next; (next = events.next()) != null; ) {
      deadlineNanos = System.nanoTime() + ANSWER_NANOS;
      write(next.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
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
