/** Asks others to filter large flows: a dumbno service, or any program. */
package org.gotm.app.shunt;
