/** What a recording is told and tells: how files are compressed, which files were finished. */
package org.gotm.store.api;
