/** The command line. */
package org.gotm.app.cli;
