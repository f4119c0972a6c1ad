/** Classes of traffic as users write them. */
package org.gotm.app.classes;
