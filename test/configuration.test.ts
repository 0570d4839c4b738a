import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { listSections } from '../scripts/reference/configuration.js';
import { createSelfSigned } from '../simulators/tls-server.js';
import { redact } from '../src/app/settings.js';
import { loadConfig } from '../src/config/load.js';
import { sections } from '../src/extensions/index.js';
import { blocksOf, listPages, readPage } from '../support/benches/page.js';
import { connectionGuards } from '../support/data/connection-guards.js';
import { projectRoot } from '../support/run/paths.js';

const document = readFileSync(join(projectRoot, 'docs/configuration.md'), 'utf8');
const examples = [...document.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text!);

const { cert, key } = await createSelfSigned('rsa');
const files: Record<string, string> = {
  '/run/secrets/smtp-url': 'smtps://u:p@mail.example.com:465\n',
  '/run/secrets/okta-key.pem': key,
  '/run/secrets/entra-cert.pem': cert,
  '/run/secrets/entra-key.pem': key,
};

const load = (text: string) =>
  loadConfig({
    env: { FACESTEP_CONFIG: 'file', OKTA_HOOK_SECRET: 'Bearer 0123456789abcdef', FACENITION_TOKEN: 't' },
    readFile: async (path) =>
      path === 'file' ? text : (files[path] ?? 'a secret of at least thirty-two characters\n'),
    connectionGuards,
    sections,
  });

test.each(examples)('an example in docs/configuration.md loads, and prints without its secrets', async (text) => {
  const printed = JSON.stringify(redact(await load(text)));
  expect(printed).not.toMatch(/a secret|0123456789abcdef|smtps|PRIVATE KEY/);
});

const secret = 'a-secret-of-0123456789-0123456789-characters';

/** Returns the connections that a page shows: those of a whole configuration, or one by itself. */
const connectionsIn = (page: string): { kind: string }[] =>
  blocksOf(readPage(page), 'json')
    .filter((text) => /^\s*\{/.test(text) && text.includes('"kind": '))
    .flatMap((text) => {
      const filled = text.replaceAll(/\{ "env": "\w+" \}/g, `"${secret}"`).replaceAll('"…"', '"abc123"');
      const { connections = null, ...one } = JSON.parse(filled);
      return [connections ?? one].flat().filter((entry) => Object.hasOwn(entry, entry.kind));
    });
const shown = listPages().flatMap((page) => connectionsIn(page).map((connection) => ({ page, connection })));

test.each(shown)('the connection in $page loads, and is refused without policy.mode', async ({ connection }) => {
  const loadWith = (changes: object) =>
    load(JSON.stringify({ publicUrl: 'https://face.example.com', connections: [{ ...connection, ...changes }] }));
  expect((await loadWith({})).connections[0]?.policy.mode).toMatch(/^(shadow|enforce)$/);
  await expect(loadWith({ policy: {} })).rejects.toMatchObject({
    detail: { problems: [{ path: expect.stringMatching(/\.policy\.mode$/) }] },
  });
});

test('every setting has a description, and the defaults of accuracy and mode are those of the schema', () => {
  const settings = listSections().flatMap(({ settings }) => settings);
  expect(settings.length).toBeGreaterThan(250);
  // The defaults are those of the schema.
  expect(settings).toContainEqual(expect.objectContaining({ path: 'policy.accuracy', default: '`4`' }));
  expect(settings).toContainEqual(expect.objectContaining({ path: 'policy.mode', default: 'required' }));
  expect(settings.filter(({ description }) => description === '').map(({ path }) => path)).toEqual([]);
});

test('every setting that docs/configuration.md names exists', () => {
  const paths = new Set(listSections().flatMap(({ settings }) => settings.map(({ path }) => path)));
  const named = [...document.matchAll(/`((?:policy|console|audit|keys|state|delivery|verifier)\.[\w.]+)`/g)].map(
    ([, name]) => name!,
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !paths.has(name))).toEqual([]);
});
