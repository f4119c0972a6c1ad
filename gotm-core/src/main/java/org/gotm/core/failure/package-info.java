/** The words for what went wrong. */
package org.gotm.core.failure;
