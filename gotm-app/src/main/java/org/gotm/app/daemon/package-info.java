/** The running recorder: sources, workers and output wired together, from start to clean stop. */
package org.gotm.app.daemon;
