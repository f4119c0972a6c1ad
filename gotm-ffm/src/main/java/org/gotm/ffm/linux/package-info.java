/**
 * Linux, as far as every kind of capture needs it: system calls with errno as the answer, native
 * libraries, memory, what the kernel tells of network interfaces, and the packet socket.
 *
 * <p>The ground floor of this module: it uses no other package of it.
 */
package org.gotm.ffm.linux;
