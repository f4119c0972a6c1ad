package org.gotm.app.queryserver;

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
    return switch (request.getHttpURI().getPath()) {
      case "/query" -> QUERY;
      case "/pcap" -> PCAP;
      case "/flows" -> FLOWS;
      default -> OTHER;
    };
  }

  /** The word for it in metrics. */
  String word() {
    return word;
  }
}
