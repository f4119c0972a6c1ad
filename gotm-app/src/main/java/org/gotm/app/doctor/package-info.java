/**
 * Looks at a machine before it records: what fits, what does not, and the command that mends it.
 */
package org.gotm.app.doctor;
