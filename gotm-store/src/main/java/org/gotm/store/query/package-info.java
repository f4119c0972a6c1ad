/**
 * Packets found again: a query over the capture files of a recorder, in stenographer's language and
 * the words of pcap-filter. Answers are what a full scan would give.
 */
package org.gotm.store.query;
