package org.gotm.app.sensors;

import org.gotm.app.queryclient.SensorAddress;
import org.gotm.app.queryclient.SensorKeys;

/**
 * A sensor of a list.
 *
 * @param name one printable word, which no other one has
 * @param address where it answers
 * @param keys what it is asked with; of no use at a socket of this machine
 */
public record Sensor(String name, SensorAddress address, SensorKeys keys) {}
