package org.gotm.app.daemon;

import org.gotm.core.flow.FlowListener;

/**
 * Classes of which this run may have no use, but the code does that the JVM compiled in the
 * training run. What it learned there about a method it uses only once all classes are initialised
 * that the compiled method knew, those of other ways to run gotm too.
 */
final class TrainedClasses {
  private static final String[] NAMES = {
    "jdk.internal.foreign.MappedMemorySegmentImpl", // a file is read, or not
    "jdk.internal.foreign.ConfinedSession", // there is a rehearsal, or not
    FlowListener.class.getName(),
  };

  private TrainedClasses() {}

  /** Initialises them; one that another JVM does not have is left out. */
  static void initialize() {
    for (String name : NAMES) {
      try {
        Class.forName(name);
      } catch (ClassNotFoundException e) {
        // then nothing depends on it
      }
    }
  }
}
