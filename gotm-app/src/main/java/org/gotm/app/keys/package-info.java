/** The command that makes keys and certificates. */
package org.gotm.app.keys;
