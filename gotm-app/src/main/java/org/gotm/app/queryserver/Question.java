package org.gotm.app.queryserver;

import java.time.Duration;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.util.Fields;
import org.gotm.app.protocol.QueryProtocol;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;

/**
 * What a client asks.
 *
 * @param text the query
 * @param format of the answer
 * @param limits that the client has set, and the longest time
 * @param of what it asks for
 */
record Question(String text, AnswerFormat format, Limits limits, Of of) {
  /** What there is to ask for. */
  enum Of {
    PACKETS,
    FLOW_LINES,
    FLOW_JSON
  }

  /** A question that is not one, in words for the client. */
  static final class WrongException extends Exception {
    private static final long serialVersionUID = 1;

    WrongException(String message) {
      super(message);
    }
  }

  /** As stenographer's clients ask, with headers of our own. */
  static Question posted(String text, HttpFields headers, Duration time) throws WrongException {
    String format = headers.get(QueryProtocol.FORMAT);
    return new Question(
        text,
        format == null ? AnswerFormat.PCAP_MICRO : format(format),
        limits(
            headers.get(QueryProtocol.LIMIT_PACKETS),
            headers.get(QueryProtocol.LIMIT_BYTES),
            shorter(time, headers.get(QueryProtocol.LIMIT_SECONDS))),
        Of.PACKETS);
  }

  /** What a client has patience for, if that is less than the server's longest time. */
  private static Duration shorter(Duration longest, String seconds) throws WrongException {
    try {
      long asked = number(seconds);
      return asked > 0 && asked < longest.toSeconds() ? Duration.ofSeconds(asked) : longest;
    } catch (NumberFormatException e) {
      throw new WrongException("Invalid Limit Headers");
    }
  }

  /** As a link asks. */
  static Question linked(Fields fields, Duration time) throws WrongException {
    String query = fields.getValue("query");
    if (query == null) {
      throw new WrongException("query is missing: /pcap?query=host+10.1.2.3");
    }
    String format = fields.getValue("format");
    return new Question(
        query,
        format == null ? AnswerFormat.PCAP : format(format),
        limits(fields.getValue("packets"), fields.getValue("bytes"), time),
        Of.PACKETS);
  }

  /** As a link asks for flows. */
  static Question ofFlows(Fields fields, Duration time) throws WrongException {
    String query = fields.getValue("query");
    String format = fields.getValue("format");
    Of of =
        switch (format == null ? "text" : format) {
          case "text" -> Of.FLOW_LINES;
          case "json" -> Of.FLOW_JSON;
          default -> throw new WrongException("the format is not text or json");
        };
    return new Question(
        query == null ? "" : query,
        AnswerFormat.PCAP,
        limits(fields.getValue("flows"), fields.getValue("bytes"), time),
        of);
  }

  /** What the answer is to be taken for. */
  String mediaType() {
    return switch (of) {
      case FLOW_LINES -> "text/plain; charset=utf-8";
      case FLOW_JSON -> "application/x-ndjson";
      case PACKETS ->
          switch (format) {
            case PCAP_MICRO -> "application/octet-stream";
            case PCAP -> "application/vnd.tcpdump.pcap";
            case PCAPNG -> "application/x-pcapng";
          };
    };
  }

  private static AnswerFormat format(String word) throws WrongException {
    return QueryProtocol.format(word)
        .orElseThrow(() -> new WrongException("the format is not pcap-micros, pcap or pcapng"));
  }

  private static Limits limits(String packets, String bytes, Duration time) throws WrongException {
    try {
      return new Limits(number(packets), number(bytes), time);
    } catch (NumberFormatException e) {
      throw new WrongException("Invalid Limit Headers");
    }
  }

  private static long number(String text) {
    return text == null || text.isEmpty() ? 0 : GoInteger.parse(text);
  }

  /** A name for the file that the answer becomes, which tells of the query. */
  String fileName() {
    String words = text.replaceAll("[^A-Za-z0-9.]+", "-").replaceAll("^[-.]+|[-.]+$", "");
    String name = words.substring(0, Math.min(words.length(), 80));
    return (name.isEmpty() ? "all" : name) + (format == AnswerFormat.PCAPNG ? ".pcapng" : ".pcap");
  }
}
