package org.gotm.ffm.kernelcut;

/** Whether flows are cut in the kernel. */
public enum KernelCutMode {
  /** Never. */
  OFF,

  /** Where it can be, while it pays. */
  AUTO,

  /** Always; a source that cannot is not opened. */
  ON,

  /** Always, and the first bytes of each cut packet are delivered all the same. */
  HEADERS
}
