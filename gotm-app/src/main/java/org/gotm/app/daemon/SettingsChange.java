package org.gotm.app.daemon;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What reading the configuration file again has found.
 *
 * @param file that was read
 * @param settings by what it says now
 * @param changed options, without dash, of which it says something else than at the start, each
 *     with what it says now, empty if nothing
 * @param overridden what the command line says otherwise, a line each
 */
public record SettingsChange(
    Path file, Settings settings, Map<String, String> changed, List<String> overridden) {}
