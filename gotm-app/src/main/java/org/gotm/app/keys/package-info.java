/** Keys and certificates: their files, and the command that makes them. */
package org.gotm.app.keys;
