/**
 * Whole records in off-heap memory on their way to the output: filled by a worker, handed over as
 * one, given back to their pool.
 */
package org.gotm.core.chunk;
