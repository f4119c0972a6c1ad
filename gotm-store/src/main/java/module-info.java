/**
 * Capture files: what a recorder writes, in order, compressed, rotated, and repaired after a crash.
 */
@SuppressWarnings("requires-automatic")
module org.gotm.store {
  requires com.github.luben.zstd_jni;
  requires jdk.unsupported;
  requires static micrometer.core;
  requires transitive org.gotm.core;

  exports org.gotm.store;
  exports org.gotm.store.api;
  exports org.gotm.store.flows;
  exports org.gotm.store.index;
  exports org.gotm.store.metrics;
  exports org.gotm.store.packed;
  exports org.gotm.store.query;
  exports org.gotm.store.retain;
  exports org.gotm.store.terms;
}
