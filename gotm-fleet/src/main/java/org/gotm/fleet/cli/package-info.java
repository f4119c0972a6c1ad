/** The command line of the program for many sensors. */
package org.gotm.fleet.cli;
