/** From the bytes of a frame to the key of its flow. */
package org.gotm.core.packet;
