package org.gotm.ffm.kernelcut;

import org.gotm.core.flow.FlowCutter;
import org.gotm.core.packet.FlowKeyOptions;

/**
 * How flows are cut in the kernel. What makes a flow is to be what the flow table of the packets'
 * worker goes by.
 *
 * @param mode whether they are
 * @param key what makes two packets the same flow
 * @param timeoutNanos time without a packet after which a flow is over
 * @param capacity most flows at a time, of one source
 */
public record KernelCutOptions(
    KernelCutMode mode, FlowKeyOptions key, long timeoutNanos, int capacity) {
  private static final KernelCutOptions OFF = of(KernelCutMode.OFF, FlowCutter.Options.defaults());
  private static final int FEWEST = 4096;
  private static final int MOST = 65_536;
  private static final int FLOWS_FOR_ONE = 8;

  /** Nothing is cut in the kernel. */
  public static KernelCutOptions off() {
    return OFF;
  }

  /** With the keys and the timeout of a cutter, and room for an eighth of its flows. */
  public static KernelCutOptions of(KernelCutMode mode, FlowCutter.Options options) {
    int capacity = Math.clamp(options.capacityFlows() / FLOWS_FOR_ONE, FEWEST, MOST);
    return new KernelCutOptions(mode, options.key(), options.timeoutNanos(), capacity);
  }
}
