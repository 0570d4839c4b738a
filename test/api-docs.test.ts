import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { statementAlgorithm } from '../src/keys/statement.js';
import { describeApi } from '../src/rest/openapi.js';
import { rightsByRole } from '../src/rest/rights.js';
import { defaultScopes } from '../src/rest/scopes.js';
import { createEndpoints } from '../src/server/endpoints.js';
import { currentEngine, engineNames } from '../src/token/format.js';
import { startApiServer } from './api-server.js';
import { createTestVerifier } from './embedded.js';
import { listPages, readPage } from './page.js';
import { projectRoot } from './paths.js';

const read = (name: string) => readFileSync(join(projectRoot, 'docs', name), 'utf8');

const documentGuard = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

test('docs/api.md has every operation of the description, and its replies fit their schemas', async () => {
  const server = await startApiServer({ verifier: createTestVerifier() });
  const endpoints = createEndpoints(server.deps);
  await server.stop();
  const { paths } = documentGuard.parse(describeApi(endpoints));
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const sections = read('api.md').split(/^### /m).slice(1);
  expect(sections.map((section) => section.split('\n')[0]).sort()).toEqual(described.sort());

  let shown = 0;
  for (const section of sections) {
    const [method, path = ''] = (section.split('\n')[0] ?? '').split(' ');
    const bare = path.replace(/^\/v2/, '').replace(/\{(\w+)\}/g, ':$1');
    const endpoint = endpoints.find((each) => each.method === method && each.path === bare);
    for (const [, reply] of section.matchAll(/```json\n([\s\S]*?)\n```/g)) {
      const example: unknown = JSON.parse(reply!);
      // Fields that nobody described are left out by a guard.
      expect(endpoint!.replyGuard.parse(example)).toEqual(example);
      shown += 1;
    }
  }
  expect(shown).toBeGreaterThan(15);
});

test('the engine that docs/api.md shows is the one that makes new tokens', () => {
  const shown = [...read('api.md').matchAll(/"engine": "([^"]+)"/g)].map(([, name]) => name);
  expect(new Set(shown)).toEqual(new Set([engineNames[currentEngine]]));
});

test('tokens that pages show shortened are of the engine that makes new ones', () => {
  const shown = listPages().flatMap((page) =>
    [...readPage(page).matchAll(/fv1\.([\w-]{4})[\w-]*…/g)].map(([, start]) => start!),
  );
  expect(shown.length).toBeGreaterThan(3);
  expect([...new Set(shown.map((start) => Buffer.from(start, 'base64url')[0]))]).toEqual([currentEngine]);
});

test('the threshold that docs/api.md shows is the one of that engine at the accuracy of the call', () => {
  const section = read('api.md').split('### POST /authenticate-score')[1]!.split('### ')[0]!;
  const [, accuracy = ''] = /accuracy=(\d)/.exec(section) ?? [];
  const [, threshold] = /"threshold": ([\d.]+)/.exec(section) ?? [];
  const { engines } = z
    .object({
      engines: z.array(z.object({ id: z.int(), levels: z.record(z.string(), z.object({ cosine: z.number() })) })),
    })
    .parse(JSON.parse(readFileSync(join(projectRoot, 'parameters/engines.json'), 'utf8')));
  const engine = engines.find(({ id }) => id === currentEngine);
  expect(Number(threshold)).toBe(engine?.levels[accuracy]?.cosine);
});

test('receipts that pages show begin as those that are signed here', () => {
  const shown = listPages().flatMap((page) =>
    [...readPage(page).matchAll(/"receipt": "(eyJ[\w-]+)/g)].map(([, head]) =>
      Buffer.from(head!, 'base64url').toString(),
    ),
  );
  expect(shown.length).toBeGreaterThan(2);
  for (const head of shown) expect(head.startsWith(`{"alg":"${statementAlgorithm}",`)).toBe(true);
});

test('docs/api.md says which scopes a client token and an application have by default', () => {
  const [, listed = ''] = /By default: ([^.]+)\. The others have to be asked for/.exec(read('api.md')) ?? [];
  expect([...listed.matchAll(/`([\w.-]+)`/g)].map(([, scope]) => scope)).toEqual([...defaultScopes]);
});

test('docs/applications.md says what each role holds', () => {
  const text = read('applications.md');
  const [, head = ''] = /^\| role +\|(.+)\|$/m.exec(text) ?? [];
  const columns = [...head.matchAll(/`([\w-]+)`/g)].map(([, right]) => right);
  const rows = [...text.matchAll(/^\| `([\w-]+)` +\|((?: (?:yes|no) +\|)+)$/gm)].map(([, role, cells]) => [
    role,
    cells!
      .split('|')
      .slice(0, -1)
      .flatMap((cell, column) => (cell.trim() === 'yes' ? [columns[column]] : [])),
  ]);
  expect(Object.fromEntries(rows)).toEqual(rightsByRole);
});
