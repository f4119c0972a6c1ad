/** What many parts of the daemon say in the log. */
package org.gotm.app.log;
