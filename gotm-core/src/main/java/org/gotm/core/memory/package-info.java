/** Native memory without checks, for the hottest loops only. Exported to org.gotm.ffm alone. */
package org.gotm.core.memory;
