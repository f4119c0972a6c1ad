/**
 * The eBPF program that spreads the packets of an interface over sockets, by the innermost flow:
 * {@link org.gotm.ffm.fanout.FanoutProgram}, one class per piece as the decoder has them.
 */
package org.gotm.ffm.fanout;
