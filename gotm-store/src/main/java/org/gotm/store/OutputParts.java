package org.gotm.store;

import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.gotm.core.chunk.ChunkPool;

/**
 * What all series of an output share.
 *
 * @param compressors null without compression
 * @param log takes one line, from any thread
 * @param epochNanos the clock that names files and tells when to rotate, nanoseconds since 1970
 */
record OutputParts(
    OutputOptions options,
    ChunkPool pool,
    FileNames names,
    CompressorPool compressors,
    Leftovers leftovers,
    OutputCounters counters,
    Consumer<String> log,
    LongSupplier epochNanos) {}
