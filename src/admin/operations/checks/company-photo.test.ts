import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createMemoryProfile } from '../../../../support/fakes/simulated-profile.js';
import { photoPolicyGuard } from '../../../config/photo.js';
import { listen } from '../../../http/listen.js';
import { createPhotoClaimCheck, createPhotoSourceCheck } from './company-photo.js';

let answer: RequestListener;
let asked: (string | undefined)[];
let server: Awaited<ReturnType<typeof listen>>;
beforeEach(async () => {
  asked = [];
  server = await listen(
    (request, response) => {
      asked.push(request.url, request.headers.authorization);
      answer(request, response);
    },
    { host: '127.0.0.1', port: 0 },
  );
});
afterEach(() => server.stop());

const check = (more: object = { privateAddresses: true }, port = server.port) => {
  const url = `http://127.0.0.1:${port}/{employee_number}.jpg`;
  const source = { url, header: { name: 'Authorization', value: 'Bearer badge' } };
  const policy = photoPolicyGuard.parse({ source, hosts: [`127.0.0.1:${port}`], ...more });
  return createPhotoSourceCheck(policy, { fetch: (address, init) => fetch(address, init) }).run();
};

test.each([
  [204, 'pass', 'has no photo of an unknown person'],
  [404, 'pass', 'has no photo of an unknown person'],
  [200, 'warn', 'sends a file for an unknown person'],
  [401, 'fail', 'refuses this server'],
  [302, 'fail', 'redirects'],
  [500, 'fail', 'status 500'],
])('a server of photos that answers with status %i for an unknown person: %s', async (status, verdict, found) => {
  answer = (_, response) => void response.writeHead(status, { location: '/' }).end();
  const finding = await check();
  expect(finding).toMatchObject({ verdict, found: expect.stringContaining(found) });
  expect(asked).toEqual(['/facestep-doctor.jpg', 'Bearer badge']);
  expect(JSON.stringify(finding)).not.toContain('Bearer');
});

test('status 403 is no fault if the policy takes it for a missing photo', async () => {
  answer = (_, response) => void response.writeHead(403).end();
  expect(await check()).toMatchObject({ verdict: 'fail' });
  expect(await check({ privateAddresses: true, whenForbidden: 'missing' })).toMatchObject({ verdict: 'pass' });
});

test('a private address fails the check unless the policy allows it, and gets no request', async () => {
  const finding = await check({});
  expect(finding).toMatchObject({ verdict: 'fail', remedy: expect.stringContaining('privateAddresses') });
  expect(finding.found).toContain('no public address');
  expect(asked).toEqual([]);
});

test('photos of the provider are left to the administrator', async () => {
  const policy = photoPolicyGuard.parse({});
  const finding = await createPhotoSourceCheck(policy, { fetch: (url, init) => fetch(url, init) }).run();
  expect(finding.verdict).toBe('manual');
});

test('a claim in the address that the provider has no attribute for fails the check', async () => {
  const claims = (name: string) => {
    const source = { url: `https://badge.example.com/{${name}}.jpg` };
    const policy = photoPolicyGuard.parse({ source, hosts: ['badge.example.com'] });
    return createPhotoClaimCheck(policy, createMemoryProfile([])).run();
  };
  expect(await claims('employee_number')).toMatchObject({ verdict: 'pass' });
  expect(await claims('badge_no')).toMatchObject({ verdict: 'fail', found: expect.stringContaining('badge_no') });
});
