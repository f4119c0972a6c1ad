/** What every command says of itself: its help, and the version. */
package org.gotm.app.help;
