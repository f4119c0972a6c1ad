/** The server that answers queries, over TLS and a Unix socket. */
package org.gotm.app.queryserver;
