import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { photoPolicyGuard } from '../config/photo.js';
import type { CompanyPhoto, Fetch } from '../core/ports.js';
import { Photo } from '../core/secrets.js';
import { listen } from '../http/listen.js';
import { createPublicFetch } from '../network/fetch.js';
import { isPublicAddress } from '../network/public-address.js';
import { createFindPhoto } from './company-photo.js';

const picture = Buffer.from('a picture');

let asked: string[];
let headers: (string | undefined)[];
let answer: RequestListener;
let server: { port: number; stop: () => Promise<void> };
let profile: ReturnType<typeof createMemoryProfile>;
beforeEach(async () => {
  asked = [];
  headers = [];
  answer = (_, response) => void response.end(picture);
  profile = createMemoryProfile(['00u1']);
  server = await listen(
    (request, response) => {
      asked.push(request.url ?? '');
      headers.push(request.headers.authorization);
      answer(request, response);
    },
    { host: '127.0.0.1', port: 0 },
  );
});
afterEach(() => server.stop());

const open: Fetch = (url, init) => fetch(url, init);
const find = (policy: object, publicFetch: Fetch = open) =>
  createFindPhoto(photoPolicyGuard.parse({ hosts: [`127.0.0.1:${server.port}`], ...policy }), profile, {
    fetch: open,
    publicFetch,
  })('00u1', (bytes) => new Photo(bytes));
const readPicture = (found: CompanyPhoto | null) => found?.photo.use((bytes) => Buffer.from(bytes).toString()) ?? null;
const badge = (path: string, more: object = {}) => ({ url: `http://127.0.0.1:${server.port}/${path}`, ...more });

describe('the photo whose address is in the claim picture', () => {
  const setPicture = (url: string) => profile.details.set('00u1', { picture: url });

  test('is fetched, with its last change if the server tells it', async () => {
    setPicture(badge('ada.jpg').url);
    answer = (_, response) => {
      response.setHeader('last-modified', 'Fri, 27 Nov 2026 08:00:00 GMT');
      response.end(picture);
    };
    const found = await find({});
    expect(readPicture(found)).toBe('a picture');
    expect(found?.changedAt).toBe(Date.UTC(2026, 10, 27, 8));
    expect(headers).toEqual([undefined]);
  });

  test('is missing if there is no claim, and if the server has none', async () => {
    expect(await find({})).toBeNull();
    setPicture(badge('ada.jpg').url);
    for (const status of [204, 404, 410]) {
      answer = (_, response) => void response.writeHead(status).end();
      expect(await find({})).toBeNull();
    }
  });

  test('is missing after a 403 only if the policy says so, and never after a 400', async () => {
    setPicture(badge('ada.jpg').url);
    answer = (_, response) => void response.writeHead(403).end();
    await expect(find({})).rejects.toMatchObject({ code: 'company_photo_unavailable' });
    expect(await find({ whenForbidden: 'missing' })).toBeNull();
    answer = (_, response) => void response.writeHead(400).end();
    await expect(find({ whenForbidden: 'missing' })).rejects.toMatchObject({ code: 'company_photo_unavailable' });
  });

  test.each([
    ['a host that the configuration does not name', 'https://elsewhere.example/ada.jpg'],
    ['another port of the host', 'http://127.0.0.1:1/ada.jpg'],
    ['a host without encryption', 'http://photos.example/ada.jpg'],
    ['a user name', 'https://ada@photos.example/ada.jpg'],
    ['the metadata service of a cloud', 'http://169.254.169.254/latest/meta-data'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:image/png;base64,AAAA'],
    ['no address at all', 'ada.jpg'],
    ['a user name that looks like the host', 'https://127.0.0.1@elsewhere.example/ada.jpg'],
  ])('is refused without a request if it names %s', async (_, url) => {
    setPicture(url);
    const hosts = [`127.0.0.1:${server.port}`, 'photos.example'];
    await expect(find({ hosts })).rejects.toMatchObject({ code: 'company_photo_invalid' });
    expect(asked).toEqual([]);
  });

  test('is refused if the server redirects, and the redirect is not followed', async () => {
    setPicture(badge('ada.jpg').url);
    answer = (_, response) => void response.writeHead(302, { location: '/other.jpg' }).end();
    await expect(find({})).rejects.toMatchObject({ code: 'company_photo_invalid' });
    expect(asked).toEqual(['/ada.jpg']);
  });

  test('is refused if it has more than 5 MB', async () => {
    setPicture(badge('ada.jpg').url);
    answer = (_, response) => void response.end(Buffer.alloc(5 * 1024 * 1024 + 1));
    await expect(find({})).rejects.toMatchObject({ code: 'company_photo_invalid' });
  });

  test.each([500, 403, 429])('is unavailable if the server answers with status %i', async (status) => {
    setPicture(badge('ada.jpg').url);
    answer = (_, response) => void response.writeHead(status).end();
    await expect(find({})).rejects.toMatchObject({ code: 'company_photo_unavailable' });
  });

  test('is unavailable if the server never answers, after five seconds', async () => {
    setPicture(badge('ada.jpg').url);
    answer = () => {};
    await expect(find({})).rejects.toMatchObject({ code: 'company_photo_unavailable' });
  });

  test('is unavailable if the server ends the connection', async () => {
    setPicture(badge('ada.jpg').url);
    answer = (request) => request.socket.destroy();
    await expect(find({})).rejects.toMatchObject({ code: 'company_photo_unavailable' });
  });
});

describe('the photo of a badge system', () => {
  test('is asked for with the encoded claim and the header', async () => {
    profile.details.set('00u1', { employee_number: 'E 7/../x?y' });
    const source = badge('photos/{employee_number}.jpg', { header: { name: 'Authorization', value: 'Bearer badge' } });
    expect(readPicture(await find({ source }))).toBe('a picture');
    expect(asked).toEqual(['/photos/E%207%2F..%2Fx%3Fy.jpg']);
    expect(headers).toEqual(['Bearer badge']);
  });

  test('is refused, without a request, if the claim would name another path', async () => {
    profile.details.set('00u1', { employee_number: '..' });
    const source = badge('photos/{employee_number}/a.jpg');
    await expect(find({ source })).rejects.toMatchObject({ code: 'company_photo_invalid' });
    expect(asked).toEqual([]);
  });

  test('is missing, without a request, if the person lacks the claim', async () => {
    expect(await find({ source: badge('{employee_number}.jpg') })).toBeNull();
    expect(asked).toEqual([]);
  });

  test.each([
    ['a claim in the host', 'https://{employee_number}.example/a.jpg'],
    ['no claim', 'https://badge.example/a.jpg'],
    ['a query', 'https://badge.example/a?id={employee_number}'],
    ['no encryption', 'http://badge.example/{employee_number}.jpg'],
  ])('is refused in the configuration if the address has %s', (_, url) => {
    expect(photoPolicyGuard.safeParse({ source: { url }, hosts: ['badge.example'] }).success).toBe(false);
  });

  test('is refused in the configuration if hosts lacks its host', () => {
    const source = { url: 'https://badge.example/{employee_number}.jpg' };
    expect(photoPolicyGuard.safeParse({ source }).success).toBe(false);
    expect(photoPolicyGuard.safeParse({ source, hosts: ['badge.example'] }).success).toBe(true);
    expect(photoPolicyGuard.safeParse({ source, hosts: ['badge.example:8443'] }).success).toBe(false);
  });
});

describe('a host with a private address', () => {
  beforeEach(() => {
    profile.details.set('00u1', { picture: badge('ada.jpg').url });
  });

  test('a host with a private address gets no request unless the policy allows it', async () => {
    await expect(find({}, createPublicFetch())).rejects.toMatchObject({ code: 'company_photo_unavailable' });
    expect(asked).toEqual([]);
    expect(readPicture(await find({ privateAddresses: true }, createPublicFetch()))).toBe('a picture');
  });

  test('gets no request if a public name resolves to it', async () => {
    profile.details.set('00u1', { picture: 'https://photos.example/ada.jpg' });
    const resolved: string[] = [];
    const publicFetch = createPublicFetch(async (name) => {
      resolved.push(name);
      return [{ address: '127.0.0.1', family: 4 }];
    });
    await expect(find({ hosts: ['photos.example'] }, publicFetch)).rejects.toMatchObject({
      code: 'company_photo_unavailable',
    });
    expect([resolved, asked]).toEqual([['photos.example'], []]);
  });

  test.each([
    ['8.8.8.8', true],
    ['2606:4700:4700::1111', true],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['172.31.255.255', false],
    ['192.168.1.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['::ffff:127.0.0.1', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['not an address', false],
  ])('%s counts as public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});
