package org.gotm.core.flow;

/** Why a flow is over. */
public enum EndReason {
  /** Packet time differs from its last packet's by more than the timeout. */
  IDLE,

  /** The table was full, and it had been quiet for longest of those near by. */
  EVICTED,

  /** Another connection began with the same key. */
  NEW_CONNECTION,

  /** It gets its budget anew, being of so low a rate at its age: see {@link Cutoff}. */
  AGED,

  /** No packet will come any more. */
  CAPTURE_END
}
