/**
 * From chunks to files: {@link org.gotm.app.output.Output} takes chunks from the workers, a {@link
 * org.gotm.app.output.FileSeries} thread brings them into order, has them compressed and writes
 * them to the current file, which becomes a finished one at each rotation.
 */
package org.gotm.app.output;
