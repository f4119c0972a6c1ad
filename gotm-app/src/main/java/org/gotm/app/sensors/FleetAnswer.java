package org.gotm.app.sensors;

import java.util.List;
import org.gotm.store.query.Answer;

/**
 * What became of a query to many sensors.
 *
 * @param answer how the whole answer ended
 * @param asked how many sensors were asked
 * @param missing those that did not answer, or not whole: {@code NAME: REASON}
 */
public record FleetAnswer(Answer answer, int asked, List<String> missing) {
  private static final int LONGEST = 2000;

  /** True if a sensor's packets may be missing. */
  public boolean isPartial() {
    return !missing.isEmpty();
  }

  /** Which sensors' packets may be missing, as one line of bounded length; empty if none's. */
  public String partial() {
    if (missing.isEmpty()) {
      return "";
    }
    String line =
        "%d of %d sensors did not answer whole: %s"
            .formatted(missing.size(), asked, String.join("; ", missing));
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
