package org.gotm.ffm.snf;

/** The contract when packets are received one by one. */
class SnfPlainContractTest extends SnfSourceContract {
  @Override
  SnfOptions options() {
    return SnfOptions.of("ens1").withReceiveMany(false);
  }
}
