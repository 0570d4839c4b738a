import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../paths.js';

/* What the project's host does by itself. It cannot be run here, so it is held against the checkout. */

const folder = join(projectRoot, '.github');
const workflowGuard = z.object({
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.int(),
      strategy: z.object({ matrix: z.object({ node: z.array(z.string()) }) }).optional(),
      steps: z.array(z.object({ uses: z.string().optional(), run: z.string().optional() })),
    }),
  ),
});
const workflows = readdirSync(join(folder, 'workflows')).map((name) => {
  const text = readFileSync(join(folder, 'workflows', name), 'utf8');
  return { name, text, ...workflowGuard.parse(parse(text)) };
});
const steps = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps));

test('actions come from the host itself, of a version', () => {
  for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
});

test('the scripts that are run are there', () => {
  const scripts = steps.flatMap(({ run = '' }) => run.match(/(?:scripts\/[\w-]+\.mjs|\.ci\/run)/g) ?? []);
  expect(scripts).toEqual(expect.arrayContaining(['.ci/run', 'scripts/release.mjs']));
  for (const script of scripts) expect(existsSync(join(projectRoot, script))).toBe(true);
});

test('every supported version of Node is tested', () => {
  const install = readFileSync(join(projectRoot, 'docs/install.md'), 'utf8');
  const supported = [...install.matchAll(/^\| Node (\d+) \|/gm)].map(([, major]) => major);
  expect(workflows.flatMap(({ jobs }) => jobs.tests?.strategy?.matrix.node ?? [])).toEqual(supported);
});

test('no text of anybody who opens an issue or a request is put into a script', () => {
  for (const { text } of workflows) expect(text).not.toMatch(/\$\{\{\s*github\.(event|head_ref)/);
});

test('templates are understood', () => {
  const templates = join(folder, 'ISSUE_TEMPLATE');
  const guard = z.object({ name: z.string(), description: z.string(), body: z.array(z.object({ type: z.string() })) });
  for (const name of readdirSync(templates).filter((each) => each !== 'config.yml'))
    guard.parse(parse(readFileSync(join(templates, name), 'utf8')));
});
