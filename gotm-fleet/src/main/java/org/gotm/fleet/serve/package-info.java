/** A query server for packets that many sensors have. */
package org.gotm.fleet.serve;
