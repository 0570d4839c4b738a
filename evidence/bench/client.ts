import { Pool } from 'undici';
import { z } from 'zod';
import { toForm } from '../../support/servers/api-server.js';

const tokenGuard = z.object({ token: z.string() });
const authenticatedGuard = z.object({ authenticated: z.literal(true) });

/** Encodes a form once, so that sending it again costs nothing. */
async function toMultipart(fields: Readonly<Record<string, string>>, photo: Uint8Array) {
  const encoded = new Response(toForm({ ...fields, photo }));
  const type = encoded.headers.get('content-type') ?? '';
  return { headers: { 'content-type': type }, body: Buffer.from(await encoded.arrayBuffer()) };
}

export type Client = Awaited<ReturnType<typeof createClient>>;

export async function createClient(
  url: string,
  adminKey: string,
  photos: { readonly enrolled: Uint8Array; readonly live: Uint8Array },
  connections: number,
) {
  const pool = new Pool(url, { connections });
  const post = async (path: string, headers: Record<string, string>, body: Buffer | string): Promise<unknown> => {
    const response = await pool.request({ path, method: 'POST', headers, body });
    const reply: unknown = await response.body.json();
    if (response.statusCode !== 200) throw new Error(`POST ${path}: ${response.statusCode} ${JSON.stringify(reply)}`);
    return reply;
  };
  const json = { 'content-type': 'application/json', 'x-admin-key': adminKey };
  const issued = tokenGuard.parse(await post('/generateToken', json, '{"name":"bench"}'));
  const own = { 'x-auth-token': issued.token };
  const enrolled = await toMultipart({}, photos.enrolled);
  const { token } = tokenGuard.parse(await post('/generate', { ...enrolled.headers, ...own }, enrolled.body));
  const live = await toMultipart({ token }, photos.live);
  return {
    post,
    /** @throws Error unless the face matches */
    async authenticate(): Promise<void> {
      authenticatedGuard.parse(await post('/authenticate', { ...live.headers, ...own }, live.body));
    },
    close: () => pool.close(),
  };
}
