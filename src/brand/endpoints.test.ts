import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { createMemoryAudit } from '../../support/fakes/sinks.js';
import { type ApiServer, adminKey, startApiServer } from '../../support/servers/api-server.js';
import { createManualClock } from '../../test/contract/state.js';
import { problemsOf } from '../config/problem.js';
import { brandConfigGuard } from '../config/schema.js';
import type { State } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { type Brand, plainBrand } from './brand.js';
import { createBrands } from './brands.js';
import { readConfiguredBrand } from './configured.js';

const key = { 'x-admin-key': adminKey };
const json = { ...key, 'content-type': 'application/json' };
const post = (server: ApiServer, path: string, body: object) =>
  server.send('POST', path, { headers: json, body: JSON.stringify(body) });
const read = (server: ApiServer) => server.send('GET', '/brand', { headers: key });

const logo = () =>
  sharp({ create: { width: 400, height: 80, channels: 4, background: '#7a1fa2' } })
    .png()
    .toBuffer();

async function check(server: ApiServer, fields: Record<string, string>, files: Record<string, Uint8Array> = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  for (const [name, bytes] of Object.entries(files)) body.set(name, new Blob([Uint8Array.from(bytes)]), `${name}.png`);
  return server.send('POST', '/brand/check', { headers: key, body });
}

test('a brand can be checked, previewed without changing the pages, published and reset', async () => {
  const server = await startApiServer();
  const texts = JSON.stringify({ title: '<img src=x onerror=alert(1)>', lockedFor: 'Noch {minutes} Minuten' });
  const fields = {
    organisation: 'Harbour "& Sons" <b>',
    helpUrl: 'https://help.example.com/',
    accent: '#7A1FA2',
    de: texts,
  };
  const tried = await check(server, fields, { logo: await logo(), icon: await logo() });
  expect(tried.body).toMatchObject({ problems: [], digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const digest = String(tried.body.digest);
  expect((await read(server)).body.digest).toBeNull();

  // The preview may stand in a frame of this origin, and in no other; the page itself in none.
  const preview = await fetch(server.origin + String(tried.body.preview));
  expect(preview.status).toBe(200);
  expect(preview.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
  expect(preview.headers.get('content-security-policy')).not.toMatch(/unsafe-inline|https?:/);
  expect(preview.headers.get('x-frame-options')).toBe('SAMEORIGIN');
  expect(await preview.text()).toContain(`/face/brand/${digest}/brand.css`);
  const before = await fetch(`${server.origin}/face`);
  expect(before.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(before.headers.get('x-frame-options')).toBe('DENY');
  expect(await before.text()).not.toContain('brand.css');

  const applied = await post(server, '/brand/apply', { brand: digest });
  expect(applied.body).toMatchObject({
    digest,
    brand: {
      organisation: fields.organisation,
      accent: '#7a1fa2',
      logo: { path: `/face/brand/${digest}/logo.png`, widthPx: 400, heightPx: 80 },
      logoDark: null,
    },
    versions: [{ digest, by: 'owner' }],
  });
  const html = await (await fetch(`${server.origin}/face`)).text();
  expect(html).not.toMatch(/<img|<b>|style=|<style|<script(?![^>]*src=)/);
  expect(html).toContain(`<link rel="icon" type="image/png" href="/face/brand/${digest}/icon.png">`);
  for (const [file, type] of [
    ['brand.css', 'text/css; charset=utf-8'],
    ['logo.png', 'image/png'],
    ['icon.png', 'image/png'],
  ]) {
    const served = await fetch(`${server.origin}/face/brand/${digest}/${file}`);
    expect([file, served.status, served.headers.get('content-type')]).toEqual([file, 200, type]);
    expect(served.headers.get('cache-control')).toContain('immutable');
    expect(served.headers.get('x-content-type-options')).toBe('nosniff');
    await served.arrayBuffer();
  }
  const css = await (await fetch(`${server.origin}/face/brand/${digest}/brand.css`)).text();
  expect(css).toContain('--accent:#7a1fa2');
  expect((await fetch(`${server.origin}/face/brand/${digest}/logoDark.png`)).status).toBe(404);

  const back = await post(server, '/brand/apply', { brand: '' });
  expect(back.body).toMatchObject({ digest: null, brand: null, versions: [{ digest }] });
  expect(await (await fetch(`${server.origin}/face`)).text()).not.toContain('brand.css');
  expect((await post(server, '/brand/apply', { brand: digest })).body.digest).toBe(digest);
  const changes = server.audit.events.filter(({ action }) => action === 'brand_changed').map(({ detail }) => detail);
  expect(changes).toEqual([
    { digest, former: null, by: 'owner' },
    { digest: null, former: digest, by: 'owner' },
    { digest, former: null, by: 'owner' },
  ]);
});

test('a check reports all problems at once and stores nothing', async () => {
  const server = await startApiServer();
  const script = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const { status, body } = await check(
    server,
    { accent: '#f5a623', helpUrl: 'javascript:alert(1)', en: '{"agree":"Yes"}' },
    { logo: script, icon: Buffer.from('GIF89a') },
  );
  expect(status).toBe(200);
  expect(body).toMatchObject({ digest: null, preview: null });
  const problems = body.problems as { field: string; code: string }[];
  expect([...new Set(problems.map(({ field, code }) => `${field} ${code}`))]).toEqual([
    'accent contrast_low',
    'helpUrl link_malformed',
    'texts.en.agree text_unknown',
    'logo picture_unsafe',
    'icon picture_unreadable',
  ]);
  const contrasts = body.contrasts as { against: string; ratio: number; nearest: string | null }[];
  expect(contrasts.find(({ against }) => against === 'the card')).toMatchObject({ ratio: 2.02, needed: 4.5 });
});

test('a brand cannot be published if the audit trail cannot record the change', async () => {
  const server = await startApiServer();
  const { digest } = (await check(server, { organisation: 'Northwind' })).body;
  const { append } = server.audit;
  server.audit.append = () => Promise.reject(new FaceError('state_unavailable'));
  expect((await post(server, '/brand/apply', { brand: digest })).body.code).toBe('state_unavailable');
  expect((await read(server)).body).toMatchObject({ digest: null, versions: [] });
  server.audit.append = append;
  expect((await post(server, '/brand/apply', { brand: digest })).body.digest).toBe(digest);
  expect(server.audit.events.map(({ action, detail }) => ({ action, detail }))).toEqual([
    { action: 'brand_changed', detail: { digest, former: null, by: 'owner' } },
  ]);
});

const replica = (state: State, clock = createManualClock(1_000_000), configured: Brand | null = null) => ({
  clock,
  brands: createBrands(configured, { state, clock, audit: createMemoryAudit() }),
});

test('a configured brand takes precedence over the console, which reports it as configured', async () => {
  const clock = createManualClock(Date.now());
  const state = createSqliteState({ file: ':memory:', clock });
  const configured = { ...plainBrand, organisation: 'Of the file' };
  const { brands } = replica(state, clock, configured);
  const server = await startApiServer({ brands });
  expect((await read(server)).body).toMatchObject({ source: 'configuration', brand: { organisation: 'Of the file' } });
  const tried = await check(server, { organisation: 'Of the form' });
  expect(tried.body.problems).toEqual([]);
  expect((await post(server, '/brand/apply', { brand: tried.body.digest })).body.code).toBe('brand_configured');
  expect(await (await fetch(`${server.origin}/face`)).text()).toContain('Of the file');
  await state.close();
});

test('a brand in the configuration refers to files, and all its problems are reported at once', async () => {
  const files: Record<string, Buffer> = {
    'logo.png': await logo(),
    'evil.svg': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  };
  const readBytes = async (path: string) => {
    const bytes = files[path];
    if (bytes === undefined) throw new Error('none');
    return bytes;
  };
  const chosen = { organisation: 'A', texts: { de: { help: 'Hilfe' } } };
  const good = brandConfigGuard.parse({ ...chosen, accent: '#7A1FA2', logo: 'logo.png' });
  expect(await readConfiguredBrand(good, { readBytes })).toMatchObject({ ...chosen, accent: '#7a1fa2' });
  const bad = brandConfigGuard.parse({ accent: '#ffff00', logo: 'evil.svg', icon: 'none.png' });
  const error = await readConfiguredBrand(bad, { readBytes }).catch((thrown: unknown) => thrown);
  const paths = new Set(problemsOf(error).map(({ path }) => path));
  expect(paths).toEqual(new Set(['brand.accent', 'brand.icon', 'brand.logo']));
});
