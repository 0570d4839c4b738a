import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createDescribedEndpoints } from '../scripts/reference/described-endpoints.js';
import { rightsByRole } from '../src/access/rights.js';
import { defaultScopes } from '../src/access/scopes.js';
import { projectRoot } from '../support/run/paths.js';

const read = (name: string) => readFileSync(join(projectRoot, 'docs', name), 'utf8');

test('the example replies in docs/api.md fit the schemas of their endpoints', async () => {
  const endpoints = await createDescribedEndpoints();
  const examples = [...read('api.md').matchAll(/curl -X (\w+) \$FACESTEP(\S+)[\s\S]*?```json\n([\s\S]*?)\n```/g)];
  expect(examples.length).toBeGreaterThan(2);
  for (const [, method, path, reply = ''] of examples) {
    const endpoint = endpoints.find((each) => each.method === method && each.path === path);
    const example: unknown = JSON.parse(reply);
    expect(endpoint?.replyGuard.parse(example)).toEqual(example);
  }
});

test('docs/api.md lists the default scopes of a client token', () => {
  const [, listed = ''] = /By default, a token has ([^.]+)\. Request these scopes/.exec(read('api.md')) ?? [];
  expect([...listed.matchAll(/`([\w.-]+)`/g)].map(([, scope]) => scope)).toEqual([...defaultScopes]);
});

test('docs/applications.md lists the rights of each role', () => {
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
