package org.gotm.store.retain;

/**
 * What a pass is to reach.
 *
 * @param freeBytes that the disk is to have free; 0 if that does not matter
 * @param budgetBytes that each folder may take; {@link Long#MAX_VALUE} if that does not matter
 * @param oldestSecond captures with an earlier time in their name go; empty if none does
 */
record Goal(long freeBytes, long budgetBytes, String oldestSecond) {}
