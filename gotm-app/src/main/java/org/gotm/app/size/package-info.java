/** Sizes as users write them. */
package org.gotm.app.size;
