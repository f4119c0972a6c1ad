/** From many workers' chunks to one order by time. */
package org.gotm.store.order;
