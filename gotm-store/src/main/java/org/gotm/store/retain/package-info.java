/** How long finished files stay: the oldest are deleted before the disk is full, or too old. */
package org.gotm.store.retain;
