/** The files of a recorder: their names, order, compression, rotation and repair. */
package org.gotm.store;
