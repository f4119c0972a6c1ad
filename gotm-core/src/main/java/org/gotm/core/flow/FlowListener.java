package org.gotm.core.flow;

/**
 * Hears of single flows. Called on the capture thread: must return at once and allocate little. All
 * methods do nothing unless overridden; a {@link Flow} is valid only during the call.
 *
 * <p>Of each flow: once {@link #onStart}, at most once {@link #onCut}, once {@link #onEnd}. What a
 * listener throws ends the capture.
 */
public interface FlowListener {
  /** Hears nothing. */
  FlowListener NONE = new FlowListener() {};

  /** A flow's first packet was counted. */
  default void onStart(Flow flow) {}

  /**
   * A flow has reached its cutoff: one of the packets just counted was the last one within it, and
   * those that follow are cut. The flow's counts may hold packets of the same batch that followed.
   */
  default void onCut(Flow flow) {}

  /**
   * A flow is over, and forgotten after this call. A packet of the same key starts a new one, of
   * which the listener hears after this.
   */
  default void onEnd(Flow flow, EndReason reason) {}

  /**
   * A flow reached the large size, or a doubling of it.
   *
   * @param bytes the size it has passed
   */
  default void onLarge(Flow flow, long bytes) {}
}
