/**
 * The metrics of captures and recordings for any registry of Micrometer, which is needed only by
 * who uses this package.
 */
package org.gotm.store.metrics;
