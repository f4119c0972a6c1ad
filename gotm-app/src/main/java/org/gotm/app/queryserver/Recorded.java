package org.gotm.app.queryserver;

import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What there is to search.
 *
 * @param folders output folders
 * @param show makes everything captured so far visible in the files; called before each search, by
 *     any thread
 * @param agedFiles files that retention has deleted
 */
public record Recorded(List<Path> folders, Runnable show, LongSupplier agedFiles) {}
