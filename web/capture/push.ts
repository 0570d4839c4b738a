import { fromBase64url, toBase64url } from './base64url.js';
import { toTrustedUrl } from './trusted-url.js';

export interface Subscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/**
 * Returns true if the browser supports push. iPhones support push only for pages that were added to the home screen.
 */
export const canBePushedTo = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** Returns the id under which the server knows this browser; `null` if the browser is not subscribed. */
export async function findThisDevice(workerUrl: string): Promise<string | null> {
  if (!canBePushedTo()) return null;
  const registration = await navigator.serviceWorker.getRegistration(workerUrl);
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return null;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(subscription.endpoint));
  return toBase64url(new Uint8Array(digest));
}

/**
 * Asks for permission and subscribes.
 * @param publicKey - the server's key, base64url
 * @returns `null` if permission was denied
 */
export async function subscribe(publicKey: string, workerUrl: string): Promise<Subscription | null> {
  try {
    if ((await Notification.requestPermission()) !== 'granted') return null;
    const registration = await navigator.serviceWorker.register(toTrustedUrl('facestep-notices', workerUrl));
    await untilActive(registration);
    const { pushManager } = registration;
    const existing = await pushManager.getSubscription();
    // A subscription for a former key of the server is useless, so it is ended.
    if (existing !== null && keyOf(existing) !== publicKey) await existing.unsubscribe();
    const subscription = await pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: fromBase64url(publicKey),
    });
    const { endpoint } = subscription;
    const p256dh = subscription.getKey('p256dh');
    const auth = subscription.getKey('auth');
    if (p256dh === null || auth === null) return null;
    return { endpoint, p256dh: toBase64url(new Uint8Array(p256dh)), auth: toBase64url(new Uint8Array(auth)) };
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * Waits until this service worker is active. `navigator.serviceWorker.ready` would wait for a worker of the page's
 * scope, which this one is not.
 */
function untilActive(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active !== null || worker === null) return Promise.resolve();
  return new Promise((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new DOMException('the worker was not installed', 'AbortError'));
    });
  });
}

function keyOf({ options: { applicationServerKey } }: PushSubscription): string | null {
  return applicationServerKey && toBase64url(new Uint8Array(applicationServerKey));
}
