/** Native memory without checks, for the hottest loops only. Not exported. */
package org.gotm.core.memory;
