package org.gotm.app.queryclient;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A sensor that takes one query on a Unix socket and answers what a test says, byte by byte: also
 * what no good sensor would.
 */
public final class ScriptedSensor implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  /** What it says to a query. */
  @FunctionalInterface
  public interface Script {
    /** Writes the answer; the connection is closed behind it. */
    void answer(OutputStream out) throws IOException;
  }

  private final ServerSocketChannel channel;
  private final CompletableFuture<String> asked = new CompletableFuture<>();
  private final Thread thread;

  public ScriptedSensor(Path socket, Script script) throws IOException {
    channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(socket));
    thread = Thread.ofPlatform().daemon().start(() -> serve(script));
  }

  private void serve(Script script) {
    try (SocketChannel connection = channel.accept()) {
      asked.complete(request(Channels.newInputStream(connection)));
      script.answer(Channels.newOutputStream(connection));
    } catch (IOException e) {
      asked.completeExceptionally(e);
    }
  }

  private static String request(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith("\r\n\r\n")) {
      text.append((char) in.read());
    }
    String length = text.toString().replaceAll("(?is).*content-length: *(\\d+).*", "$1");
    byte[] body = in.readNBytes(Integer.parseInt(length));
    return text + new String(body, StandardCharsets.UTF_8);
  }

  /** The request, its body behind its head. */
  String asked() throws Exception {
    return asked.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The beginning of an answer in chunks, and some of them. */
  public static String begin(String... chunks) {
    StringBuilder text =
        new StringBuilder(
            """
            HTTP/1.1 200 OK\r
            Content-Type: application/octet-stream\r
            Trailer: Gotm-Packets, Gotm-Cut-Short, Gotm-Error\r
            Transfer-Encoding: chunked\r
            \r
            """);
    for (String chunk : chunks) {
      text.append("%x\r\n%s\r\n".formatted(chunk.length(), chunk));
    }
    return text.toString();
  }

  /** The end of an answer, with trailers. */
  public static String end(String... trailers) {
    StringBuilder text = new StringBuilder("0\r\n");
    for (String trailer : trailers) {
      text.append(trailer).append("\r\n");
    }
    return text.append("\r\n").toString();
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    channel.close();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }
}
