import { Pool } from 'undici';
import { z } from 'zod';

export interface Client {
  /** @throws Error unless the face matches */
  authenticate(): Promise<void>;
  close(): Promise<void>;
}

const boundary = 'facestep-bench';

function toMultipart(fields: Record<string, string>, photo: Uint8Array): Buffer {
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
  return Buffer.concat([Buffer.from(texts.join('') + file), photo, Buffer.from(`\r\n--${boundary}--\r\n`)]);
}

const tokenGuard = z.object({ token: z.string() });
const authenticatedGuard = z.object({ authenticated: z.literal(true) });

export async function createClient(
  url: string,
  adminKey: string,
  photos: { readonly enrolled: Uint8Array; readonly live: Uint8Array },
  connections: number,
): Promise<Client> {
  const pool = new Pool(url, { connections });
  const post = async (path: string, headers: Record<string, string>, body: Buffer): Promise<unknown> => {
    const response = await pool.request({ path, method: 'POST', headers, body });
    const reply: unknown = await response.body.json();
    if (response.statusCode !== 200) throw new Error(`POST ${path}: ${response.statusCode} ${JSON.stringify(reply)}`);
    return reply;
  };
  const json = { 'content-type': 'application/json', 'x-admin-key': adminKey };
  const issued = tokenGuard.parse(await post('/generateToken', json, Buffer.from('{"name":"bench"}')));
  const form = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'x-auth-token': issued.token };
  const { token } = tokenGuard.parse(await post('/generate', form, toMultipart({}, photos.enrolled)));
  const body = toMultipart({ token }, photos.live);
  return {
    async authenticate() {
      authenticatedGuard.parse(await post('/authenticate', form, body));
    },
    close: () => pool.close(),
  };
}
