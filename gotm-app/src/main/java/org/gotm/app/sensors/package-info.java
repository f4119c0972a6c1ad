/** One query to many sensors: the list of them, and the merge of their answers. */
package org.gotm.app.sensors;
