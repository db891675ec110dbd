// Shows notices where a page itself may not, as on phones, and opens the task of one that is touched.
"use strict";

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
