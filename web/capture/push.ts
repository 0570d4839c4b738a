import { fromBase64url, toBase64url } from './base64url.js';
import { toTrustedUrl } from './trusted-url.js';

/** What the browser gives away so that it can be pushed to. */
export interface Subscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** Whether notices can be pushed to this browser at all: an iPhone lets only what was put on its home screen. */
export const canBePushedTo = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

/** What the server calls this browser by, where it lets itself be pushed to; `null`: it does not. */
export async function findThisDevice(workerUrl: string): Promise<string | null> {
  if (!canBePushedTo()) return null;
  const registration = await navigator.serviceWorker.getRegistration(workerUrl);
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return null;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(subscription.endpoint));
  return toBase64url(new Uint8Array(digest));
}

/**
 * Asks the person whether this browser may show notices, and its push service for an address.
 * @param publicKey - of the server, in base64url
 * @returns `null`: the person or the browser does not let it
 */
export async function subscribe(publicKey: string, workerUrl: string): Promise<Subscription | null> {
  try {
    if ((await Notification.requestPermission()) !== 'granted') return null;
    const registration = await navigator.serviceWorker.register(toTrustedUrl('facestep-notices', workerUrl));
    await untilActive(registration);
    const { pushManager } = registration;
    const former = await pushManager.getSubscription();
    // The server has another key since: what it sent would not be taken.
    if (former !== null && keyOf(former) !== publicKey) await former.unsubscribe();
    const subscription = await pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: fromBase64url(publicKey),
    });
    const { endpoint } = subscription;
    const [p256dh, auth] = [subscription.getKey('p256dh'), subscription.getKey('auth')];
    if (p256dh === null || auth === null) return null;
    return { endpoint, p256dh: toBase64url(new Uint8Array(p256dh)), auth: toBase64url(new Uint8Array(auth)) };
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) return null;
    throw error;
  }
}

/** `navigator.serviceWorker.ready` waits for a worker of this very page, and this one is beside it. */
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
