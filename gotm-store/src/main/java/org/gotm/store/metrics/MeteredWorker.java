package org.gotm.store.metrics;

import io.micrometer.core.instrument.Tags;
import java.util.List;
import org.gotm.core.capture.Ledger;

/**
 * What the metrics of one worker are made of.
 *
 * @param interfaceName value of the label {@code interface}
 * @param number value of the label {@code worker}, from 0 on each interface
 * @param ledger its account, read whenever the metrics are
 * @param extraCounters names of the counters that only its source has, in the order of {@link
 *     org.gotm.core.capture.Counter#extra}; lower case, with dots between words
 */
public record MeteredWorker(
    String interfaceName, int number, Ledger ledger, List<String> extraCounters) {
  /** The labels of all its metrics. */
  Tags tags() {
    return Tags.of("interface", interfaceName, "worker", Integer.toString(number));
  }
}
