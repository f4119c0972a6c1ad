package org.gotm.app.metrics;

/** What a {@link MetricsServer} has beside metrics and health. Called by the server's threads. */
public interface Site {
  /** Nothing more. */
  Site NONE =
      new Site() {
        @Override
        public Page page(String path) {
          return null;
        }

        @Override
        public EventStream stream(String path) {
          return null;
        }
      };

  /** The page of a path, or null if there is none. */
  Page page(String path);

  /** Events of a path, for one client, or null if there are none or too many have them already. */
  EventStream stream(String path);
}
