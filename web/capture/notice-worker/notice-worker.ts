/*
 * Shows push notifications. This service worker has no imports, because not every browser supports modules in service
 * workers. It makes no requests.
 */
declare const self: ServiceWorkerGlobalScope;

interface Notice {
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  readonly title: string;
  readonly body: string;
}

function parseNotice(text: string): Notice | null {
  try {
    const { language, direction, title, body }: Readonly<Record<string, unknown>> = JSON.parse(text);
    if (typeof language !== 'string' || typeof title !== 'string' || typeof body !== 'string') return null;
    return { language, direction: direction === 'rtl' ? 'rtl' : 'ltr', title, body };
  } catch {
    return null;
  }
}

self.addEventListener('push', (event) => {
  const notice = parseNotice(event.data?.text() ?? '');
  if (notice === null) return;
  const { title, body, language: lang, direction: dir } = notice;
  event.waitUntil(self.registration.showNotification(title, { body, lang, dir }));
});

self.addEventListener('notificationclick', ({ notification }) => notification.close());

export {};
