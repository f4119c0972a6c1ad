/** The command that finds packets again. */
package org.gotm.app.query;
