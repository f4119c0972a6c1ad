package org.gotm.store.file;

import java.util.ArrayList;
import java.util.List;
import org.gotm.core.capture.Ledger;
import org.gotm.core.pcapfile.InterfaceDescription;

/** The interfaces of a recording, by number, and which worker is on which. Any thread. */
public final class InterfaceTable {
  private volatile List<InterfaceDescription> interfaces = List.of();
  private volatile List<Member> members = List.of();

  /**
   * A worker on an interface.
   *
   * @param ledger its account; several interfaces may share one
   * @param interfaceNumber its interface
   * @param queue its number there
   */
  public record Member(Ledger ledger, int interfaceNumber, int queue) {}

  /** No interface yet. */
  public InterfaceTable() {}

  /** The number of an interface, which is added if it is not there. */
  public synchronized int number(InterfaceDescription described) {
    int number = interfaces.indexOf(described);
    if (number >= 0) {
      return number;
    }
    interfaces = with(interfaces, described);
    return interfaces.size() - 1;
  }

  /** Adds a worker; harmless when it is known. */
  public synchronized void add(Ledger ledger, int interfaceNumber, int queue) {
    Member member = new Member(ledger, interfaceNumber, queue);
    if (!members.contains(member)) {
      members = with(members, member);
    }
  }

  private static <T> List<T> with(List<T> list, T more) {
    List<T> longer = new ArrayList<>(list);
    longer.add(more);
    return List.copyOf(longer);
  }

  /** All interfaces so far; a later answer has the same and perhaps more. */
  public List<InterfaceDescription> interfaces() {
    return interfaces;
  }

  /** All workers so far. */
  public List<Member> members() {
    return members;
  }
}
