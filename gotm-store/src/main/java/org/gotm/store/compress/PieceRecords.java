package org.gotm.store.compress;

import java.util.function.IntUnaryOperator;
import org.gotm.core.pcapfile.RecordFormat;

/**
 * What the records of a series are like.
 *
 * @param format how they look
 * @param linkTypes LINKTYPE_ values of its interfaces, by number
 */
public record PieceRecords(RecordFormat format, IntUnaryOperator linkTypes) {}
