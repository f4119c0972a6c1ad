/** Asks a sensor elsewhere for packets. */
package org.gotm.app.queryclient;
