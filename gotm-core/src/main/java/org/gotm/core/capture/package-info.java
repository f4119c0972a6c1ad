/**
 * The way of a packet: from a {@link org.gotm.core.capture.PacketSource} in batches through the
 * {@link org.gotm.core.capture.CaptureWorker} into {@linkplain org.gotm.core.capture.Chunk chunks},
 * with every packet accounted for in the {@link org.gotm.core.capture.Ledger}.
 */
package org.gotm.core.capture;
