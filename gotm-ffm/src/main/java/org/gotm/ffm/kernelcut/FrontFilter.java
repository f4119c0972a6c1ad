package org.gotm.ffm.kernelcut;

import org.gotm.ffm.ebpf.EbpfAssembler;
import org.gotm.ffm.ebpf.Register;

/**
 * Writes the filter of the user, which stands before the cut: what it does not let through is never
 * looked up.
 */
@FunctionalInterface
public interface FrontFilter {
  /**
   * Writes it. The context is in R6 and has to stay there; all other registers, and the stack, are
   * free.
   *
   * @param accepted the register that has the bytes to keep of the packet, without sign and not 0,
   *     when the code behind is reached
   * @param reject label to go to with a packet that is not wanted
   */
  void write(EbpfAssembler code, Register accepted, int reject);

  /**
   * Lets every packet through.
   *
   * @param snaplen bytes to keep of each, without sign
   */
  static FrontFilter all(int snaplen) {
    return (code, accepted, reject) -> code.setWord(accepted, snaplen);
  }
}
