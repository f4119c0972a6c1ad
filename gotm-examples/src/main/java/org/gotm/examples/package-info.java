/** Small programs that embed gotm. */
package org.gotm.examples;
