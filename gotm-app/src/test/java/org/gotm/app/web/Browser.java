package org.gotm.app.web;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A headless Chromium with one page, steered by the DevTools protocol: one command at a time, each
 * answered before the next. Closing ends it.
 */
public final class Browser implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;
  private static final Pattern VALUE = Pattern.compile("\"(?:value|data)\":\"([A-Za-z0-9+/=]*)\"");

  private final Process process;
  private final WebSocket socket;
  private final HttpClient client = HttpClient.newHttpClient();
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final StringBuilder partial = new StringBuilder();
  private String session = "";
  private int commands;

  private Browser(Process process, Path profile) throws IOException {
    this.process = process;
    socket =
        client
            .newWebSocketBuilder()
            .connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
            .buildAsync(socketOf(process, profile), new Receiver())
            .join();
  }

  /**
   * Starts the program.
   *
   * @param profile a folder that it may fill
   * @param dark what the user is said to prefer
   */
  public static Browser open(Path profile, boolean dark) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"));
    command.addAll(
        List.of("--hide-scrollbars", "--disable-dev-shm-usage", "--remote-debugging-port=0"));
    command.add("--user-data-dir=" + profile);
    Files.createDirectories(profile);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output(profile).toFile());
    builder.environment().put("HOME", profile.toString());
    Process process = builder.start();
    try {
      Browser browser = new Browser(process, profile);
      browser.attach(dark);
      return browser;
    } catch (IOException | RuntimeException | Error e) {
      end(process.descendants().toList());
      process.destroyForcibly();
      throw e;
    }
  }

  /** Port and path, which it writes into its profile when it is ready. */
  private static URI socketOf(Process process, Path profile) throws IOException {
    Path file = profile.resolve("DevToolsActivePort");
    List<String> lines = List.of();
    while (lines.size() < 2) {
      if (!process.isAlive()) {
        throw new IOException("chromium has ended: " + Files.readString(output(profile)));
      }
      lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
    return URI.create("ws://127.0.0.1:%s%s".formatted(lines.get(0), lines.get(1)));
  }

  private static Path output(Path profile) {
    return profile.resolve("output.txt");
  }

  private void attach(boolean dark) {
    String target = send("Target.createTarget", "\"url\":\"about:blank\"");
    String attached =
        send(
            "Target.attachToTarget",
            "\"targetId\":\"%s\",\"flatten\":true".formatted(text(target, "targetId")));
    session = ",\"sessionId\":\"%s\"".formatted(text(attached, "sessionId"));
    String scheme = "{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}";
    send(
        "Emulation.setEmulatedMedia",
        "\"features\":[%s]".formatted(scheme.formatted(dark ? "dark" : "light")));
  }

  private static String text(String json, String name) {
    Matcher matcher = Pattern.compile("\"%s\":\"([^\"]*)\"".formatted(name)).matcher(json);
    if (!matcher.find()) {
      throw new AssertionError("no %s in %s".formatted(name, json));
    }
    return matcher.group(1);
  }

  /** Makes the page as large as a window of that many pixels. */
  public void resize(int width, int height) {
    send(
        "Emulation.setDeviceMetricsOverride",
        "\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":false"
            .formatted(width, height));
  }

  /** Goes to an address. */
  public void go(String url) {
    send("Page.navigate", "\"url\":\"%s\"".formatted(url));
  }

  /** The value of an expression, as a string. */
  public String value(String expression) {
    String encoded = "btoa(unescape(encodeURIComponent(String(%s))))".formatted(expression);
    String json = encoded.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ");
    String answer =
        send("Runtime.evaluate", "\"returnByValue\":true,\"expression\":\"%s\"".formatted(json));
    return new String(decoded(answer), StandardCharsets.UTF_8);
  }

  /** Waits until an expression is true. */
  public void await(String expression) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!value(expression).equals("true")) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "never: %s; the page says: %s".formatted(expression, value("document.body.innerText")));
      }
    }
  }

  /** The whole page as a PNG. */
  public byte[] screenshot() {
    return decoded(
        send("Page.captureScreenshot", "\"format\":\"png\",\"captureBeyondViewport\":true"));
  }

  private static byte[] decoded(String answer) {
    Matcher matcher = VALUE.matcher(answer);
    if (!matcher.find()) {
      throw new AssertionError(answer);
    }
    return Base64.getDecoder().decode(matcher.group(1));
  }

  private String send(String method, String parameters) {
    int id = ++commands;
    socket
        .sendText(
            "{\"id\":%d,\"method\":\"%s\",\"params\":{%s}%s}"
                .formatted(id, method, parameters, session),
            true)
        .join();
    try {
      for (String message; (message = poll()) != null; ) {
        if (message.startsWith("{\"id\":%d,".formatted(id))) {
          return message;
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
    throw new AssertionError("chromium does not answer to " + method);
  }

  private String poll() throws InterruptedException {
    return messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Ends it, and waits until nothing of it writes to its profile any more. */
  @Override
  public void close() {
    List<ProcessHandle> children = process.descendants().toList();
    session = "";
    send("Browser.close", "");
    socket.abort();
    client.close();
    process.onExit().join();
    end(children);
  }

  private static void end(List<ProcessHandle> processes) {
    processes.forEach(ProcessHandle::destroyForcibly);
    processes.forEach(each -> each.onExit().join());
  }

  /** Puts the parts of messages together. */
  private final class Receiver implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
      partial.append(part);
      if (isLast) {
        messages.add(partial.toString());
        partial.setLength(0);
      }
      from.request(1);
      return null;
    }
  }
}
