/** gotm as users meet it: started by its launcher, as a process of its own. */
package org.gotm.app.process;
