import { createServer } from 'node:https';
import { expect, test } from '@jest/globals';
import { createSelfSigned } from '../../simulators/tls-server.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { callRest } from '../connections/rest-call.js';
import { logUntrusted } from './untrusted.js';

test('the error names an untrusted certificate, and the log names the certificate once, with the remedy', async () => {
  const server = createServer(await createSelfSigned(), (_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : null;
  const log = createTextLog();
  const fetch = logUntrusted((url, init) => globalThis.fetch(url, init), log);
  const call = (url: string) =>
    callRest(url, { method: 'GET', headers: { Authorization: 'canary' }, body: null, timeoutMs: 10_000 }, fetch);
  for (let count = 0; count < 2; count += 1)
    await expect(call(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'profile_unavailable',
      detail: { reason: 'no answer', cause: expect.stringContaining('NODE_EXTRA_CA_CERTS') },
    });
  await new Promise((resolve) => server.close(resolve));
  await expect(call(`https://127.0.0.1:${port}/`)).rejects.toMatchObject({
    detail: { cause: expect.stringContaining('no program listens') },
  });
  expect(log.text().match(/NODE_EXTRA_CA_CERTS/g)).toHaveLength(1);
  expect(log.text()).not.toContain('canary');
});
