/** Stress of what is shared by workers and the output thread. */
package org.gotm.store.order;
