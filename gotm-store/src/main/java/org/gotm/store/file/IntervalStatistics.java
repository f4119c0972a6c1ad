package org.gotm.store.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gotm.core.capture.Counter;
import org.gotm.core.capture.Ledger;
import org.gotm.core.pcapfile.InterfaceStatistics;

/**
 * A file's interval as the statistics of its interfaces. What the format has no number for stands
 * in comments: a line a worker if there are several, and behind the last interface their total.
 */
final class IntervalStatistics {
  private IntervalStatistics() {}

  /**
   * The statistics of the first {@code described} interfaces.
   *
   * @param members who is on which interface
   */
  static List<InterfaceStatistics> of(
      FileInterval interval, int described, List<InterfaceTable.Member> members) {
    List<InterfaceStatistics> all = new ArrayList<>();
    for (int number = 0; number < described; number++) {
      List<String> comments = new ArrayList<>();
      Optional<InterfaceStatistics.Counts> counts = Optional.empty();
      if (isAlone(number, members)) {
        counts = Optional.of(counts(interval, number, members, comments));
      }
      if (number == described - 1) {
        comments.add("gotm ledger total " + LedgerFigures.line(interval.total()));
      }
      all.add(
          new InterfaceStatistics(
              number, interval.beginNanos(), interval.endNanos(), counts, comments));
    }
    return all;
  }

  /** True if the interface shares no ledger with another: its packets can be told. */
  private static boolean isAlone(int number, List<InterfaceTable.Member> members) {
    return members.stream()
        .filter(member -> member.interfaceNumber() != number)
        .noneMatch(
            other ->
                members.stream()
                    .anyMatch(
                        member ->
                            member.interfaceNumber() == number
                                && member.ledger() == other.ledger()));
  }

  private static InterfaceStatistics.Counts counts(
      FileInterval interval,
      int number,
      List<InterfaceTable.Member> members,
      List<String> comments) {
    Ledger sum = new Ledger();
    for (InterfaceTable.Member member : members) {
      if (member.interfaceNumber() == number) {
        Ledger counted = interval.of(member.ledger());
        sum.addAll(counted);
        if (members.size() > 1) {
          comments.add(
              "gotm ledger W=%02d %s".formatted(member.queue(), LedgerFigures.line(counted)));
        }
      }
    }
    return new InterfaceStatistics.Counts(
        sum.get(Counter.RECEIVED),
        sum.get(Counter.INTERFACE_DROPPED),
        sum.get(Counter.RECEIVED) - sum.get(Counter.DISCARDED),
        sum.get(Counter.DROPPED),
        sum.seen());
  }
}
