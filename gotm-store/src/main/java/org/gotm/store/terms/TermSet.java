package org.gotm.store.terms;

import java.util.Arrays;
import org.gotm.core.packet.HeaderVisitor;

/**
 * The distinct terms of some packets: an open hash table that is emptied and used again. One
 * thread.
 */
public final class TermSet implements HeaderVisitor {
  private static final int FIRST_CAPACITY = 1 << 12;

  private static final int ARP = 0x0806;
  private static final long WORD = 0xffff_ffffL;

  private long[] table = new long[FIRST_CAPACITY]; // 0 is no term
  private final int most;
  private int size;
  private boolean isFull;
  private long sourceHigh;
  private long sourceLow;
  private long targetHigh;
  private long targetLow;
  private int protocol;
  private int layers;

  /**
   * No term yet.
   *
   * @param most how many terms it takes; with more it is as if there were all
   */
  public TermSet(int most) {
    this.most = most;
  }

  /** How many terms there are. */
  public int size() {
    return size;
  }

  /** Forgets all terms. */
  public void clear() {
    Arrays.fill(table, 0);
    size = 0;
    isFull = false;
  }

  /**
   * Copies all terms, in no order.
   *
   * @return where in the target they end
   */
  public int copyTo(long[] target, int at) {
    int end = at;
    for (long term : table) {
      if (term != 0) {
        target[end++] = term;
      }
    }
    return end;
  }

  /** Adds all terms of another set. */
  public void addAll(TermSet other) {
    for (long term : other.table) {
      if (term != 0) {
        add(term);
      }
    }
  }

  private void add(long term) {
    if (isFull || !insert(table, term)) {
      return;
    }
    if (++size > most) {
      clear();
      add(Terms.ANY);
      isFull = true;
    } else if (size > table.length / 2) {
      grow();
    }
  }

  private static boolean insert(long[] table, long term) {
    int mask = table.length - 1;
    long hash = term * 0x9e3779b97f4a7c15L;
    int i = (int) (hash >>> 32) & mask;
    while (table[i] != 0) {
      if (table[i] == term) {
        return false;
      }
      i = i + 1 & mask;
    }
    table[i] = term;
    return true;
  }

  private void grow() {
    long[] larger = new long[2 * table.length];
    for (long term : table) {
      if (term != 0) {
        insert(larger, term);
      }
    }
    table = larger;
  }

  @Override
  public void packet() {
    layers = 0;
  }

  @Override
  public void ethernet(long source, long target) {
    add(Terms.mac(source));
    add(Terms.mac(target));
  }

  @Override
  public void etherType(int type) {
    add(Terms.etherType(type));
  }

  @Override
  public void vlan(int id) {
    add(Terms.vlan(id));
  }

  @Override
  public void label(int label) {
    add(Terms.label(label));
  }

  @Override
  public void vni(int vni) {
    add(Terms.vni(vni));
  }

  @Override
  public void ipv4(int source, int target, int newProtocol) {
    layer(source & WORD, 0, target & WORD, 0, newProtocol);
    add(Terms.ipv4(source));
    add(Terms.ipv4(target));
    add(Terms.protocol(4, newProtocol));
  }

  @Override
  public void ipv6(long source0, long source1, long target0, long target1, int newProtocol) {
    layer(source0, source1, target0, target1, newProtocol);
    addIpv6(source0, source1);
    addIpv6(target0, target1);
    add(Terms.protocol(6, newProtocol));
  }

  private void layer(long source0, long source1, long target0, long target1, int newProtocol) {
    sourceHigh = source0;
    sourceLow = source1;
    targetHigh = target0;
    targetLow = target1;
    protocol = newProtocol;
    layers++;
    addLayered();
  }

  private void addLayered() {
    if (layers > 1) {
      add(Terms.LAYERED);
    }
  }

  private void addIpv6(long high, long low) {
    add(Terms.ipv6Network(high));
    add(Terms.ipv6Host(high, low));
  }

  @Override
  public void ports(int source, int target) {
    long flow =
        Terms.flow(
            Terms.end(sourceHigh, sourceLow, source), Terms.end(targetHigh, targetLow, target));
    add(Terms.port(source, protocol, flow));
    add(Terms.port(target, protocol, flow));
  }

  @Override
  public void arp(int sender, int target) {
    layers++;
    addLayered();
    add(Terms.ipv4(sender));
    add(Terms.ipv4(target));
    add(Terms.etherType(ARP));
  }
}
