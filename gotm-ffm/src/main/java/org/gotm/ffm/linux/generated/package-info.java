/**
 * Bindings made by jextract, never edited and never exported.
 *
 * <p>jextract 25+f9866df3a178 with libclang 14.0.6, run at the root of the repository by
 * {@code native-headers/regenerate.sh} as:
 *
 * <pre>{@code jextract @native-headers/linux.args}</pre>
 */
package org.gotm.ffm.linux.generated;
