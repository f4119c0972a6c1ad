/** Packed files: how they are told by their first bytes, and gzip as it is read. */
package org.gotm.store.packed;
