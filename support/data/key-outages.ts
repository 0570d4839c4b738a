/** Answers of an address of public keys that has none. */
export const keyOutages: readonly (() => Promise<Response>)[] = [
  () => Promise.reject(new TypeError('fetch failed')),
  () => Promise.reject(new DOMException('late', 'TimeoutError')),
  async () => new Response('', { status: 500 }),
  async () => new Response('', { status: 302, headers: { location: 'https://evil.example' } }),
  async () => new Response('<html>'),
  async () => Response.json({ keys: 'none' }),
  async () => Response.json(null),
];
