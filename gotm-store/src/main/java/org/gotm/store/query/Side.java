package org.gotm.store.query;

/** Which end of a packet an address or port has to be. */
enum Side {
  EITHER,
  SOURCE,
  TARGET,
  BOTH;

  boolean holds(boolean ofSource, boolean ofTarget) {
    return switch (this) {
      case EITHER -> ofSource || ofTarget;
      case SOURCE -> ofSource;
      case TARGET -> ofTarget;
      case BOTH -> ofSource && ofTarget;
    };
  }
}
