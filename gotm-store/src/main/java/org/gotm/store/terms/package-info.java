/**
 * What packets can be found by: addresses, ports, tags and protocols as numbers, and sets of them,
 * collected from records that lie in memory.
 */
package org.gotm.store.terms;
