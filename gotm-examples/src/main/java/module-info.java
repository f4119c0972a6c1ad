/** Small programs that embed gotm, as modules. */
module org.gotm.examples {
  requires org.gotm.core;
  requires org.gotm.ffm;
  requires org.gotm.store;
}
