/** Made-up traffic, for measuring and for training. */
package org.gotm.app.traffic;
