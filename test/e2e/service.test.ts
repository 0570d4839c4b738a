import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { loadPictures } from '../../examples/demo/pictures.js';
import type { Service } from '../../examples/demo/service.js';
import { toForm } from '../../support/servers/api-server.js';
import { keyShown, useOwnProcess } from '../../support/servers/own-process.js';

/* The server as its own process, as `npm start` starts it, on real models and real photos. */

const pictures = await loadPictures();
const { start } = useOwnProcess('service');

async function post(service: Service, path: string, headers: Record<string, string>, body: string | FormData) {
  const response = await fetch(service.url + path, { method: 'POST', headers, body });
  return { status: response.status, body: z.record(z.string(), z.json()).parse(await response.json()) };
}

async function takeClientToken(service: Service, adminKey: string): Promise<string> {
  const headers = { 'content-type': 'application/json', 'x-admin-key': adminKey };
  const { status, body } = await post(service, '/generateToken', headers, '{"name":"test"}');
  expect(status).toBe(200);
  return String(body.token);
}

describe('the process', () => {
  test('prints an admin key at the first start only; state and token keys survive a restart', async () => {
    const first = await start();
    const adminKey = keyShown(first)!;
    expect(first.said.at(-2)).toContain(adminKey);
    expect(first.said.at(-1)).toContain('/console/connections/_start#');
    const clientToken = await takeClientToken(first, adminKey);
    const enrolled = await post(
      first,
      '/generate',
      { 'x-auth-token': clientToken },
      toForm({ photo: pictures.person[0] }),
    );
    expect(enrolled.status).toBe(200);
    await first.stop();

    const second = await start();
    expect(keyShown(second)).toBeUndefined();
    await takeClientToken(second, adminKey);
    const form = toForm({ token: String(enrolled.body.token), photo: pictures.person[1] });
    const verified = await post(second, '/authenticate', { 'x-auth-token': clientToken }, form);
    expect(verified).toEqual({ status: 200, body: { ok: true, authenticated: true } });
    const other = toForm({ token: String(enrolled.body.token), photo: pictures.stranger });
    const refused = await post(second, '/authenticate', { 'x-auth-token': clientToken }, other);
    expect(refused).toEqual({ status: 200, body: { ok: true, authenticated: false } });
  });

  test('exits with 0 on SIGTERM after it has answered the request in progress', async () => {
    const service = await start();
    const clientToken = await takeClientToken(service, keyShown(service)!);
    const [probe, reference] = pictures.person;
    const form = new Response(toForm({ probe, reference }));
    const body = Buffer.from(await form.arrayBuffer());
    const headers = {
      'x-auth-token': clientToken,
      'content-type': form.headers.get('content-type')!,
      'content-length': body.length,
      expect: '100-continue',
    };
    const sent = request(`${service.url}/match-bulk`, { method: 'POST', headers });
    const answered = once(sent, 'response');
    // The server has read the headers, and waits for the body.
    await once(sent, 'continue');
    service.process.kill('SIGTERM');
    sent.end(body);
    const [{ statusCode }] = await answered;
    expect(statusCode).toBe(200);
    if (service.process.exitCode === null) await new Promise((resolve) => service.process.once('exit', resolve));
    expect(service.process.exitCode).toBe(0);
  });
});
