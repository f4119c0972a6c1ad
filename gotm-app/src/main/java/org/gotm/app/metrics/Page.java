package org.gotm.app.metrics;

import java.nio.charset.StandardCharsets;

/**
 * What a request is answered with.
 *
 * @param status of HTTP
 * @param type media type of the text
 * @param text all of it
 */
record Page(int status, String type, String text) {
  static final String PLAIN = "text/plain; charset=utf-8";

  static Page plain(int status, String text) {
    return new Page(status, PLAIN, text);
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
        \r
        """
            .formatted(status, reason(), type, body.length)
            .getBytes(StandardCharsets.US_ASCII);
    if (headOnly) {
      return head;
    }
    byte[] all = new byte[head.length + body.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
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
