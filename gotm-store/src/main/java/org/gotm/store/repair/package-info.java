/** What a crash left: examined, repaired, and given a finished name. */
package org.gotm.store.repair;
