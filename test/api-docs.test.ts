import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { commandRefusals } from '../src/cli/command-error.js';
import { faceErrorCodes, refusals } from '../src/errors.js';
import { describeApi } from '../src/rest/openapi.js';
import { rightsByRole } from '../src/rest/rights.js';
import { createEndpoints } from '../src/server/endpoints.js';
import { currentEngine, engineNames } from '../src/token/format.js';
import { startApiServer } from './api-server.js';
import { createTestVerifier } from './embedded.js';
import { projectRoot } from './paths.js';

const read = (name: string) => readFileSync(join(projectRoot, 'docs', name), 'utf8');

test('docs/errors.md lists every code with its status and text, those of commands apart, and says what to do', () => {
  const [ofServer, ofCommands] = read('errors.md')
    .split('## Of the command line')
    .map((part) =>
      [...part.matchAll(/^\| `(\w+)` +\| (\d+) +\| (.+?) +\| (.+?) +\|$/gm)].map(([, code, number, text, advice]) => ({
        code,
        number: Number(number),
        text,
        hasAdvice: advice!.length > 10,
      })),
    );
  expect(ofServer).toEqual(
    faceErrorCodes.map((code) => {
      const { status, text } = refusals[code];
      return { code, number: status, text, hasAdvice: true };
    }),
  );
  expect(faceErrorCodes.filter((code) => code in commandRefusals)).toEqual([]);
  expect(ofCommands).toEqual(
    Object.entries(commandRefusals).map(([code, text]) => ({ code, number: 1, text, hasAdvice: true })),
  );
});

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
      endpoint!.replyGuard.parse(JSON.parse(reply!));
      shown += 1;
    }
  }
  expect(shown).toBeGreaterThan(15);
});

test('the engine that docs/api.md shows is the one that makes new tokens', () => {
  const shown = [...read('api.md').matchAll(/"engine": "([^"]+)"/g)].map(([, name]) => name);
  expect(new Set(shown)).toEqual(new Set([engineNames[currentEngine]]));
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
