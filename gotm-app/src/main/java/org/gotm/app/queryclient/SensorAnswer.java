package org.gotm.app.queryclient;

import org.gotm.store.query.Answer;

/**
 * What a sensor says at the end of its answer.
 *
 * @param answer how it ended; the sensor does not tell how many files it looked into
 * @param partial which sensors behind it did not answer whole, in words; empty if all did
 */
public record SensorAnswer(Answer answer, String partial) {}
