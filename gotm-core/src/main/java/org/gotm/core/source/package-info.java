/**
 * Where packets come from: the {@link org.gotm.core.source.PacketSource} that every way to capture
 * implements, and the batches it hands over.
 */
package org.gotm.core.source;
