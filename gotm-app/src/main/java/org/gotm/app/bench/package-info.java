/**
 * What this machine can record: the core over a file in memory, compression, disk, all together.
 */
package org.gotm.app.bench;
