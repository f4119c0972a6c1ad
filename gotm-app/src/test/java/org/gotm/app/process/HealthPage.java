package org.gotm.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.gotm.ffm.Command;
import org.gotm.ffm.VethPair;

/**
 * What a gotm in the namespace of a pair answers to {@code /healthz}; it is to serve on {@link
 * #ADDRESS}.
 *
 * @param veth whose namespace it is
 */
record HealthPage(VethPair veth) {
  static final String ADDRESS = "localhost:9102";

  private static final long PATIENCE_NANOS = 60_000_000_000L;

  /** The page, and behind it the status; empty if there is no answer. */
  String now() {
    String url = "http://" + ADDRESS + "/healthz";
    return Command.run(veth.inside("curl", "-s", "-m", "5", "-w", "%{http_code}", url)).output();
  }

  /** Waits until the page, with its status, has this in it; answers all of it. */
  String await(String part) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    String page;
    while (!(page = now()).contains(part)) {
      assertThat(System.nanoTime()).as("'%s' in: %s", part, page).isLessThan(deadline);
    }
    return page;
  }
}
