/** The table of active flows, and the decision where a flow is cut off. */
package org.gotm.core.flow;
