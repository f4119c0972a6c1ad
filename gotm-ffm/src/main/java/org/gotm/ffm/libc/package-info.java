/** The system calls that capture needs, linked by hand, with errno as the answer. */
package org.gotm.ffm.libc;
