/**
 * The daemon: wires sources, workers and output together, and owns files, threads and command line.
 */
@SuppressWarnings("requires-automatic")
module org.gotm.app {
  requires com.github.luben.zstd_jni;
  requires info.picocli;
  requires io.prometheus.metrics.instrumentation.jvm;
  requires io.prometheus.metrics.model;
  requires java.logging;
  requires java.naming;
  requires jdk.management;
  requires jdk.net;
  requires jdk.unsupported;
  requires micrometer.registry.prometheus;
  requires org.apache.commons.compress;
  requires org.eclipse.jetty.client;
  requires org.eclipse.jetty.server;
  requires org.gotm.ffm;
  requires org.gotm.store;
  requires micrometer.core;
  requires org.gotm.core;

  opens org.gotm.app.bench to
      info.picocli;
  opens org.gotm.app.doctor to
      info.picocli;
  opens org.gotm.app.help to
      info.picocli;
  opens org.gotm.app.keys to
      info.picocli;
  opens org.gotm.app.query to
      info.picocli;
  opens org.gotm.app.queryclient to
      info.picocli;
  opens org.gotm.app.sensors to
      info.picocli;
  opens org.gotm.app.cli to
      info.picocli;
}
