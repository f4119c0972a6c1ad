/** What Prometheus sees: every bucket of the ledger, flows, output, process and JVM. */
package org.gotm.app.metrics;
