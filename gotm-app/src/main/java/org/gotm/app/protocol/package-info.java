/** What those who ask for packets and those who answer have agreed on. */
package org.gotm.app.protocol;
