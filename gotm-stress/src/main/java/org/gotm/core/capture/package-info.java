/** Stress of what the threads of a capture share. */
package org.gotm.core.capture;
