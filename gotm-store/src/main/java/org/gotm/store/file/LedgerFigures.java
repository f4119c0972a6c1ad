package org.gotm.store.file;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;

/**
 * The ledger of a file's interval as figures with a name each, which add up:
 *
 * <pre>
 * received  = delivered + dropped + discarded + cut_in_kernel + in_source
 * delivered = kept + cut
 * kept      = written + lost_output_full + lost_write_error + in_memory
 * </pre>
 *
 * What is in the source or in memory is what came to be there in the interval, less than 0 if more
 * has left than come.
 */
final class LedgerFigures {
  private LedgerFigures() {}

  /** All figures in the order in which they are told. */
  static Map<String, Long> of(Ledger counted) {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("received", counted.get(Counter.RECEIVED));
    figures.put("dropped", counted.get(Counter.DROPPED));
    figures.put("discarded", counted.get(Counter.DISCARDED));
    figures.put("ifdropped", counted.get(Counter.INTERFACE_DROPPED));
    figures.put("in_source", counted.missing());
    figures.put("cut_in_kernel", counted.get(Counter.CUT_IN_KERNEL));
    figures.put("delivered", counted.get(Counter.DELIVERED));
    figures.put("kept", counted.get(Counter.KEPT));
    figures.put("cut", counted.get(Counter.CUT));
    figures.put("undecoded", counted.get(Counter.UNDECODED));
    figures.put("written", counted.written());
    figures.put("lost_output_full", counted.get(Counter.LOST_OUTPUT_FULL));
    figures.put("lost_write_error", counted.lostToWriteErrors());
    figures.put("in_memory", counted.inMemory());
    figures.put("bytes", counted.get(Counter.BYTES));
    figures.put("bytes_output", counted.get(Counter.BYTES_OUTPUT));
    return figures;
  }

  /** All figures in one line of {@code name=value} pairs. */
  static String line(Ledger counted) {
    return of(counted).entrySet().stream()
        .map(figure -> figure.getKey() + "=" + figure.getValue())
        .collect(Collectors.joining(" "));
  }
}
