/**
 * The capture thread: polls a {@link org.gotm.core.source.PacketSource}, decides, passes on what is
 * kept, and accounts for every packet in the {@link org.gotm.core.capture.Ledger}. {@link
 * org.gotm.core.capture.Capture} is the front door for programs that embed the library.
 */
package org.gotm.core.capture;
