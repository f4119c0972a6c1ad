/**
 * The page to look at: what the recorder does now, told by server-sent events, from the same
 * counters as its metrics. Read-only.
 */
package org.gotm.app.web;
