package org.gotm.app.shunt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A service on a UDP port of this machine: it notes what it is asked, and may answer. */
public final class UdpPeer implements AutoCloseable {
  private static final int MAX_REQUEST = 2048;
  private static final long PATIENCE_SECONDS = 60;

  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private final UnaryOperator<String> answers;
  private final DatagramSocket socket;
  private volatile SocketAddress first;

  /** Answers each request so, or not where the answer is null. */
  public UdpPeer(UnaryOperator<String> answers) {
    this.answers = answers;
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofPlatform().daemon().name("udp-peer").start(this::run);
  }

  private void run() {
    DatagramPacket packet = new DatagramPacket(new byte[MAX_REQUEST], MAX_REQUEST);
    while (!socket.isClosed()) {
      try {
        socket.receive(packet);
        String request =
            new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
        first = first == null ? packet.getSocketAddress() : first;
        requests.add(request);
        answer(answers.apply(request), packet.getSocketAddress());
      } catch (IOException e) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void answer(String answer, SocketAddress asker) throws IOException {
    if (answer != null) {
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      socket.send(new DatagramPacket(bytes, bytes.length, asker));
    }
  }

  /** Answers the first request, however late. */
  void answerFirst(String answer) {
    try {
      answer(answer, first);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it is. */
  public int port() {
    return socket.getLocalPort();
  }

  /** The next request, which may still come. */
  public String next() {
    try {
      String request = requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (request == null) {
        throw new AssertionError("nothing was asked");
      }
      return request;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** Requests that came and were not taken by {@link #next}. */
  public int waiting() {
    return requests.size();
  }

  @Override
  public void close() {
    socket.close();
  }
}
