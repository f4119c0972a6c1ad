/**
 * What Prometheus sees: every bucket of the ledger, flows, output, process and JVM. For embedders:
 * {@link org.gotm.store.metrics.GotmMetrics} gives the same to any registry of Micrometer.
 */
package org.gotm.app.metrics;
