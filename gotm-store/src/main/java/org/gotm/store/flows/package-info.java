/**
 * Flow records: a line of facts about each flow, in spool files of an hour, which stay when the
 * packets are gone.
 */
package org.gotm.store.flows;
