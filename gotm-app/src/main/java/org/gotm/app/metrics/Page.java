package org.gotm.app.metrics;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a request is answered with.
 *
 * @param status of HTTP
 * @param type media type of the text
 * @param text all of it
 * @param headers more lines of the head
 */
public record Page(int status, String type, String text, List<String> headers) {
  /** Head of an answer that goes on, with an event each time that there is one. */
  static final String EVENTS_HEAD =
      """
      HTTP/1.1 200 OK\r
      Content-Type: text/event-stream; charset=utf-8\r
      Cache-Control: no-store\r
      X-Content-Type-Options: nosniff\r
      Connection: close\r
      \r
      """;

  private static final String PLAIN = "text/plain; charset=utf-8";

  /** A page that is found, of a media type. */
  static Page of(String type, String text) {
    return new Page(200, type, text, List.of());
  }

  /** A page of words. */
  public static Page plain(int status, String text) {
    return new Page(status, PLAIN, text, List.of());
  }

  /** As it goes over the wire, of HTTP/1.1; the connection ends with it. */
  byte[] bytes(boolean headOnly) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        """
        HTTP/1.1 %d %s\r
        Content-Type: %s\r
        Content-Length: %d\r
        Connection: close\r
        %s\r
        """
            .formatted(status, reason(), type, body.length, headerLines())
            .getBytes(StandardCharsets.US_ASCII);
    if (headOnly) {
      return head;
    }
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  private String headerLines() {
    StringBuilder lines = new StringBuilder();
    headers.forEach(line -> lines.append(line).append("\r\n"));
    return lines.toString();
  }

  private String reason() {
    return switch (status) {
      case 200 -> "OK";
      case 400 -> "Bad Request";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 431 -> "Request Header Fields Too Large";
      case 503 -> "Service Unavailable";
      default -> "Internal Server Error";
    };
  }
}
