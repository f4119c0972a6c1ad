package org.gotm.app.queryserver;

import java.util.Arrays;
import org.eclipse.jetty.server.Request;

/** Where a client asks. */
enum Resource {
  /** As stenographer's clients do. */
  QUERY("/query"),
  /** By a link to packets. */
  PCAP("/pcap"),
  /** For records of flows. */
  FLOWS("/flows"),
  /** Where nothing is asked. */
  OTHER("other");

  private final String word;

  Resource(String word) {
    this.word = word;
  }

  static Resource of(Request request) {
    String path = request.getHttpURI().getPath();
    return Arrays.stream(values()).filter(r -> r.word.equals(path)).findFirst().orElse(OTHER);
  }

  /** The word for it in metrics. */
  String word() {
    return word;
  }
}
