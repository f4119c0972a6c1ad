package org.gotm.fleet.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A store with the interface of S3, on this machine. */
final class TestStore implements AutoCloseable {
  private static final Pattern PORT =
      Pattern.compile("Tomcat started on ports .*?(\\d+) \\(http\\)");

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private String url;

  TestStore(Path folder) throws IOException {
    process =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-Xmx256m",
                    "-jar",
                    Path.of("target/s3mock.jar").toAbsolutePath().toString(),
                    "--server.port=0",
                    "--com.adobe.testing.s3mock.http-port=0"))
            .redirectErrorStream(true)
            .directory(folder.toFile())
            .start();
    BufferedReader lines = process.inputReader();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Matcher port = PORT.matcher(line);
      if (port.find()) {
        url = "http://127.0.0.1:" + port.group(1);
        Thread.ofVirtual().start(() -> lines.lines().forEach(_ -> {}));
        return;
      }
      System.out.println("store: " + line);
    }
    throw new IOException("the store has ended");
  }

  String url() {
    return url;
  }

  void makeBucket(String name) throws Exception {
    URI bucket = URI.create(url + "/" + name);
    HttpRequest request = HttpRequest.newBuilder(bucket).PUT(BodyPublishers.noBody()).build();
    int status = client.send(request, BodyHandlers.discarding()).statusCode();
    if (status != 200) {
      throw new IOException(name + ": " + status);
    }
  }

  @Override
  public void close() {
    client.close();
    process.destroyForcibly();
  }
}
