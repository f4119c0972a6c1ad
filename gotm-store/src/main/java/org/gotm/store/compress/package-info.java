/** Pieces: runs of whole records that are compressed, written, accounted for and read as one. */
package org.gotm.store.compress;
