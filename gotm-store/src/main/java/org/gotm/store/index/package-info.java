/**
 * What is where in a capture file: a sidecar beside it tells in which stretches of the file an
 * address, port, tag or protocol occurs, and when. It can be made again from the capture.
 */
package org.gotm.store.index;
