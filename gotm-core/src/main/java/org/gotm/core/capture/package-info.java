/**
 * The capture thread: polls a {@link org.gotm.core.source.PacketSource}, decides, passes on what is
 * kept, and accounts for every packet in the {@link org.gotm.core.capture.Ledger}.
 */
package org.gotm.core.capture;
