/**
 * Flow records of sensors as Parquet files in folders by date, hour and sensor, which other
 * programs read as one table.
 */
package org.gotm.fleet.lake;
