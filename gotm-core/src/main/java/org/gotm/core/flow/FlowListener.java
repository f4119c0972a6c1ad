package org.gotm.core.flow;

/** Hears of single flows. Called on the capture thread: must return at once and allocate little. */
public interface FlowListener {
  /** Hears nothing. */
  FlowListener NONE =
      new FlowListener() {
        @Override
        public void onEnd(Flow flow) {}

        @Override
        public void onLarge(Flow flow, long bytes) {}
      };

  /**
   * A flow was forgotten, because it was idle or had to give way.
   *
   * @param flow valid only during the call
   */
  void onEnd(Flow flow);

  /**
   * A flow reached the large size, or a doubling of it.
   *
   * @param flow valid only during the call
   * @param bytes the size it has passed
   */
  void onLarge(Flow flow, long bytes);
}
