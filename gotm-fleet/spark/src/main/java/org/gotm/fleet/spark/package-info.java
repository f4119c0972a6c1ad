/**
 * A Spark job that finds flows in the records of all sensors, and fetches their packets from those
 * that have them.
 */
package org.gotm.fleet.spark;
