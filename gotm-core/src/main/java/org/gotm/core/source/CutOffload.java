package org.gotm.core.source;

/**
 * What a source can do so that the packets of a cut flow never come out of its {@link
 * PacketSource#poll}: the kernel drops them, or the NIC does.
 *
 * <p>A flow that is <i>armed</i> has an entry, which counts the packets that are cut. It cuts only
 * what is certain to be a packet of its flow that the flow table would cut: no SYN, FIN or RST, no
 * fragment, nothing that it does not fully understand. It is for whoever armed a flow to read the
 * counts, and to disarm it in time.
 *
 * <p>Thread rule: the polling thread. An entry is a number from 0 to {@link #capacity}, exclusive.
 * Of a flow's key only words are told, as {@link org.gotm.core.packet.FlowKeys} draws them.
 */
public interface CutOffload {
  /** Answer of {@link #arm} and {@link #find}: there is no such entry. */
  int NONE = -1;

  /** How many flows can be armed at a time. */
  int capacity();

  /** Takes note of packets that were handed over. */
  void count(int delivered, int cut);

  /** True if flows are to be armed now: it may not pay. */
  boolean isOn();

  /**
   * Bytes of each packet of an armed flow that are handed over, and then counted by whoever gets
   * them; 0 if the packets are dropped, and counted here.
   */
  int headerBytes();

  /**
   * Has the packets of a flow cut, at the latest from {@link #flush} on.
   *
   * @param words meta and four words of addresses are there from {@code at} on; of a key whose
   *     addresses are one word, the others are not looked at
   * @param nanos time of a packet of the flow, nanoseconds since 1970: what came later is not known
   *     here yet
   * @return its entry, whose counts begin at 0, or {@link #NONE} if there is no room, no way to
   *     tell packets of this kind, or another connection may have been opened since
   */
  int arm(long[] words, int at, long nanos);

  /** Carries out all that {@link #arm} was asked for. */
  void flush();

  /**
   * The entry of a flow.
   *
   * @param words as for {@link #arm}
   * @return the entry, or {@link #NONE} if it is not armed, or the offload has failed
   */
  int find(long[] words, int at);

  /**
   * Lets packets of a flow through again. The entry's counts do not change any more, and stay until
   * another flow is armed.
   *
   * @param words as for {@link #arm}, and of this entry
   */
  void disarm(int entry, long[] words, int at);

  /** True if it has let packets through for a reason of its own: it is to be disarmed. */
  boolean isOver(int entry);

  /**
   * Packets of the flow that were cut since it was armed.
   *
   * @param end of the key that sent them: 0 for the first, 1 for the second
   */
  long packets(int entry, int end);

  /** Bytes of these packets on the wire. */
  long bytes(int entry, int end);

  /** Payload bytes of these packets, as the flow table counts them. */
  long payloadBytes(int entry, int end);

  /**
   * When the last packet of either end came, nanoseconds since 1970; before the first, when armed.
   */
  long lastNanos(int entry);
}
