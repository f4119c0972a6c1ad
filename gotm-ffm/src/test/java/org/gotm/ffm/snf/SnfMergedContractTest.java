package org.gotm.ffm.snf;

/** The contract when two ports are merged. */
class SnfMergedContractTest extends SnfSourceContract {
  @Override
  SnfOptions options() {
    return SnfOptions.of("ens1+ens4");
  }
}
