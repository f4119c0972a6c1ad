package org.gotm.core.flow;

import static org.gotm.core.flow.FlowSlotLayout.ANSWERED;
import static org.gotm.core.flow.FlowSlotLayout.BEGAN_TICKS;
import static org.gotm.core.flow.FlowSlotLayout.BYTES;
import static org.gotm.core.flow.FlowSlotLayout.CLOSED;
import static org.gotm.core.flow.FlowSlotLayout.FROM_SECOND;
import static org.gotm.core.flow.FlowSlotLayout.OPENED;
import static org.gotm.core.flow.FlowSlotLayout.PACKETS;
import static org.gotm.core.flow.FlowSlotLayout.SYN_SEQUENCE;
import static org.gotm.core.flow.FlowSlotLayout.TICK_SHIFT;
import static org.gotm.core.memory.NativeMemory.ALL;

import java.lang.foreign.ValueLayout;
import org.gotm.core.packet.FlowKeys;

/**
 * Tells a new connection on an old 5-tuple from the one that a flow already is. Any thread.
 *
 * <p>A SYN without ACK opens a new one if FIN or RST was seen in the flow, or if its sequence
 * number is neither that of the flow's SYN, which is then sent again, nor one that the flow can
 * have come to by its bytes (RFC 9293, section 3.10.7.4; SCTP's INIT likewise by its tag, RFC
 * 9260).
 *
 * <p>A flood of SYNs cannot lift the cutoff of a flow that goes on: after one has begun a new
 * connection, the next one does so only if the one before was answered, with SYN or RST and an ACK
 * of just its sequence number, which an end with a connection of its own does not do (RFC 5961), or
 * if a second has passed. So such a flow gets at most one budget a second.
 */
final class Connections {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final long WINDOW = 65_535;
  private static final long SEQUENCES = 0xffff_ffffL;
  private static final int SECOND_TICKS = 1_000_000_000 >>> TICK_SHIFT;

  private Connections() {}

  /** Notes how a flow begins; answers its state. */
  static long begin(long details, int control, int sequence, int ticks) {
    boolean isSyn = (control & FlowKeys.SYN) != 0;
    boolean isAnswer = isSyn && (control & FlowKeys.ACK) != 0;
    boolean fromSecond = isFromSecond(control) != isAnswer;
    ALL.set(INT, details + SYN_SEQUENCE, isSyn ? sequence : 0);
    ALL.set(INT, details + BEGAN_TICKS, ticks);
    return (isSyn ? OPENED : 0) | (isAnswer ? ANSWERED : 0) | (fromSecond ? FROM_SECOND : 0);
  }

  /**
   * True if a packet with SYN or RST opens another connection than that of the flow in this slot;
   * notes if it answers the one that opened it.
   */
  static boolean isNew(long slot, long details, int control, int sequence, int ticks) {
    long state = ALL.get(LONG, slot + PACKETS);
    boolean isSame = (state & OPENED) != 0 && sequence == ALL.get(INT, details + SYN_SEQUENCE);
    boolean isBack = isFromSecond(control) != ((state & FROM_SECOND) != 0);
    if ((control & FlowKeys.ACK) != 0) {
      long answered = isSame && isBack ? ANSWERED : 0;
      long closed = (control & FlowKeys.RST) != 0 ? CLOSED : 0;
      ALL.set(LONG, slot + PACKETS, state | answered | closed);
      return false;
    }
    if ((control & FlowKeys.SYN) == 0) {
      ALL.set(LONG, slot + PACKETS, state | CLOSED); // of FIN the table takes note
      return false;
    }
    boolean isBelieved =
        (state & ANSWERED) != 0 || ticks - ALL.get(INT, details + BEGAN_TICKS) >= SECOND_TICKS;
    boolean isAfterEnd = (state & CLOSED) != 0;
    boolean isUnknown = isBack || (state & OPENED) == 0;
    return isBelieved && (isAfterEnd || isUnknown || !isSame && isBeyond(slot, details, sequence));
  }

  /** True if the flow's sender cannot have come to this sequence number. */
  private static boolean isBeyond(long slot, long details, int sequence) {
    long distance = sequence - ALL.get(INT, details + SYN_SEQUENCE) & SEQUENCES;
    return distance > FlowSlotLayout.bytes(ALL.get(LONG, slot + BYTES)) + WINDOW;
  }

  private static boolean isFromSecond(int control) {
    return (control & FlowKeys.FROM_SECOND) != 0;
  }
}
