package org.gotm.app.queryserver;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.gotm.app.protocol.QueryProtocol;
import org.gotm.store.query.Answer;

/**
 * A request with its answer, on a connection that ends with it. One thread at a time.
 *
 * @param endPoint what the connection is to HTTP
 * @param connection the connection itself
 * @param trailers what is told behind the answer
 */
record Exchange(
    Request request,
    Response response,
    Callback callback,
    EndPoint endPoint,
    PeekingEndPoint connection,
    HttpFields.Mutable trailers) {
  private static final int LONGEST_TRAILER = 500;
  private static final int LONGEST_LIST = 2000;
  private static final String TRAILERS =
      String.join(
          ", ",
          QueryProtocol.PACKETS,
          QueryProtocol.FLOWS,
          QueryProtocol.LEFT_OUT,
          QueryProtocol.CUT_SHORT,
          QueryProtocol.PARTIAL,
          QueryProtocol.ERROR);

  static Exchange of(Request request, Response response, Callback callback) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    return new Exchange(
        request, response, callback, endPoint, PeekingEndPoint.under(endPoint), HttpFields.build());
  }

  /** Answers with a line, or a few. */
  void say(int status, String text) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
    Content.Sink.write(response, true, text, callback);
  }

  /** Where the packets go; the head of the answer goes before the first of them. */
  OutputStream begin(Question question) {
    response.setStatus(200);
    response
        .getHeaders()
        .put(HttpHeader.CONTENT_TYPE, question.mediaType())
        .put(HttpHeader.CONNECTION, "close")
        .put(HttpHeader.TRANSFER_ENCODING, "chunked") // or its end would be that of the connection
        .put(HttpHeader.TRAILER, TRAILERS);
    response.setTrailersSupplier(() -> trailers);
    return Content.Sink.asOutputStream(response);
  }

  /** Ends an answer that was sent up to its end, to a limit, or as far as there is one. */
  void end(Question question, Answered answered) {
    Answer answer = answered.answer();
    boolean isOfPackets = question.of() == Question.Of.PACKETS;
    trailers.put(
        isOfPackets ? QueryProtocol.PACKETS : QueryProtocol.FLOWS, Long.toString(answer.packets()));
    if (answer.leftOut() > 0) {
      trailers.put(QueryProtocol.LEFT_OUT, Long.toString(answer.leftOut()));
    }
    if (!answer.isComplete()) {
      trailers.put(QueryProtocol.CUT_SHORT, answer.cutShort());
    }
    if (!answered.partial().isEmpty()) {
      String partial = EscapedText.of(answered.partial(), LONGEST_LIST);
      trailers.put(QueryProtocol.PARTIAL, partial);
    }
    callback.succeeded();
  }

  /**
   * Ends an answer that is not whole, so that no client takes it to be: by an error if nothing was
   * sent, else in the midst of the last piece, which has the reason in it.
   */
  void breakOff(String reason) {
    if (!response.isCommitted()) {
      response.getHeaders().remove(HttpHeader.TRAILER);
      response.getHeaders().remove(HttpHeader.TRANSFER_ENCODING);
      response.getHeaders().remove(HttpHeader.CONTENT_DISPOSITION);
      response.setTrailersSupplier(null);
      say(500, reason + "\n");
      return;
    }
    // the line end of the last piece comes with the next one
    String last =
        "\r\n0\r\n%s: %s\r\n"
            .formatted(QueryProtocol.ERROR, EscapedText.of(reason, LONGEST_TRAILER));
    try (Blocker.Callback written = Blocker.callback()) {
      endPoint.write(written, ByteBuffer.wrap(last.getBytes(StandardCharsets.US_ASCII)));
      written.block();
    } catch (IOException e) {
      // the client has gone, and needs no reason
    }
    abandon(reason);
  }

  /** Closes the connection. */
  void abandon(String reason) {
    endPoint.close();
    callback.failed(new IOException(reason));
  }
}
