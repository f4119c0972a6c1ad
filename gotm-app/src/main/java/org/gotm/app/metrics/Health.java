package org.gotm.app.metrics;

import java.util.List;

/** Whether the recorder does its work. */
@FunctionalInterface
public interface Health {

  /** What is wrong now, a line each; empty when every thread lives and every source works. */
  List<String> troubles();
}
