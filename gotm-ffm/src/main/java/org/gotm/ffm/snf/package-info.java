/**
 * Packets from Myricom SNF (Sniffer10G), read out of the rings that the NIC writes: {@link
 * org.gotm.ffm.snf.SnfSource#openRings} opens a port, {@link org.gotm.ffm.snf.SnfInterfaces} lists
 * what there is.
 *
 * <p>Needs libsnf.so of the vendor, at API level 8 (SNFv3) or with less comfort at level 3: the
 * path given by {@code -Dgotm.snf.library=}, else {@code /opt/snf/lib/libsnf.so}, else what the
 * dynamic loader finds. The library reads variables of the environment by itself ({@code
 * SNF_NUM_RINGS}, {@code SNF_FLAGS}, {@code SNF_DATARING_SIZE} and others); Java cannot change
 * these for it, so set them before the JVM starts, or give an {@link org.gotm.ffm.snf.SnfOptions
 * option}, which goes before them. Uses {@link org.gotm.ffm.linux} alone.
 */
package org.gotm.ffm.snf;
