package org.gotm.app.metrics;

import java.util.List;
import org.gotm.core.capture.Ledger;

/**
 * What the metrics of one worker are made of.
 *
 * @param interfaceName value of the label {@code interface}
 * @param worker value of the label {@code worker}
 * @param ledger its account
 * @param flowSizes sizes of its ended flows
 * @param extraCounters names of the counters that only its source has
 */
public record MeteredWorker(
    String interfaceName,
    int worker,
    Ledger ledger,
    FlowSizes flowSizes,
    List<String> extraCounters) {}
