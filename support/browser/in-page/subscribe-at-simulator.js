/* Runs inside the page, before the page's own scripts. */

/**
 * Subscribes at the test's push service, because the browser's own cannot be reached from here. The permission, the
 * worker and its notifications stay real. The page has a function `subscribeAtSimulator`, which takes the key in
 * base64url.
 */
export function subscribeAtSimulator() {
  const fromText = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
      .buffer;
  let subscription = null;
  Object.assign(PushManager.prototype, {
    getSubscription: async () => subscription,
    async subscribe({ userVisibleOnly, applicationServerKey }) {
      if (!userVisibleOnly) throw new DOMException('by the test', 'NotAllowedError');
      const key = btoa(String.fromCharCode(...applicationServerKey))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '');
      const given = await window.subscribeAtSimulator(key);
      subscription = {
        endpoint: given.endpoint,
        options: { applicationServerKey: applicationServerKey.buffer },
        getKey: (name) => fromText(given[name]),
        async unsubscribe() {
          subscription = null;
        },
      };
      return subscription;
    },
  });
}
