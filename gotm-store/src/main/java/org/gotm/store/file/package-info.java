/** The file that is being written, what it is called, and how it becomes a finished one. */
package org.gotm.store.file;
