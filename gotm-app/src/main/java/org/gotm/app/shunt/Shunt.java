package org.gotm.app.shunt;

/** One way to have a flow filtered before it comes to this machine. One thread. */
interface Shunt {
  /** What it is called in the log: the option that asked for it, {@code name=value}. */
  String name();

  /** False for a flow that cannot be told to it. */
  boolean takes(LargeFlow flow);

  /**
   * Asks for a flow to be filtered, and waits for the answer, but only for a bounded time.
   *
   * @throws ShuntException if it was not
   * @throws InterruptedException if the recorder does not wait for the answer any more
   */
  void filter(LargeFlow flow) throws ShuntException, InterruptedException;
}
