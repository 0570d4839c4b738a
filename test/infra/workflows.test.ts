import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../support/run/paths.js';

/* What the project's host does by itself. It cannot be run here, so it is held against the checkout. */

const folder = join(projectRoot, '.github');
const stepGuard = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const workflowGuard = z.object({
  permissions: z.strictObject({ contents: z.literal('read') }),
  jobs: z.record(
    z.string(),
    z.looseObject({
      'timeout-minutes': z.int(),
      permissions: z.record(z.string(), z.string()).optional(),
      strategy: z.object({ matrix: z.object({ node: z.array(z.string()) }) }).optional(),
      steps: z.array(z.looseObject(stepGuard.shape)),
    }),
  ),
});
const texts = readdirSync(join(folder, 'workflows')).map((name) =>
  readFileSync(join(folder, 'workflows', name), 'utf8'),
);
const workflows = texts.map((text) => ({ text, ...workflowGuard.parse(parse(text)) }));

/** A job that can read a secret, or write to the repository. */
const holdsSecret = (job: { permissions?: Record<string, string> | undefined }): boolean =>
  /\bsecrets\b|github\.token|github\[|toJSON\(|GITHUB_TOKEN/i.test(JSON.stringify(job)) ||
  Object.values(job.permissions ?? {}).some((right) => right !== 'read' && right !== 'none');

/** What may begin a command, and what a pipe may lead to, where a secret is. */
const mayRunWithSecret =
  /^(printf '%s' "\$RELEASE_KEY"|node scripts\/sign-release\.mjs [^()`&]*|version=\$\(node -p "require\('\.\/package\.json'\)\.version"\)|git (config|tag|-c credential\.helper='!gh auth git-credential' push) [^()`&]*|gh release create [^()`&]*)$/;
const mayUseWithSecret = ['actions/checkout', 'actions/download-artifact'];

/** Returns what makes a workflow unsafe. */
function findProblems(text: string): string[] {
  const parsed = workflowGuard.safeParse(parse(text));
  if (!parsed.success) return ['permissions'];
  const { jobs } = parsed.data;
  const { jobs: _, ...top } = parse(text);
  const problems = holdsSecret({ ...top, permissions: undefined }) ? ['secret for all jobs'] : [];
  for (const [, action = '', version = '', comment = ''] of text.matchAll(/uses:\s*["']?([^\s@"']+)@?(\S*)(.*)/g))
    if (!/^actions\/[\w-]+$/.test(action) || !/^[0-9a-f]{40}$/.test(version) || !/^ # v\d+\.\d+\.\d+$/.test(comment))
      problems.push('action not pinned');
  for (const job of Object.values(jobs)) {
    for (const { uses = '', with: given } of job.steps)
      if (uses.startsWith('actions/checkout@') && given?.['persist-credentials'] !== false)
        problems.push('credentials');
    if (!holdsSecret(job)) continue;
    const commands = job.steps.flatMap(({ run = '' }) => run.split(/\n|&&|\|\|?|;/).map((each) => each.trim()));
    const used = job.steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses.replace(/@.*/, '')]));
    if (commands.some((command) => command !== '' && !mayRunWithSecret.test(command)))
      problems.push('command with a secret');
    if (used.some((action) => !mayUseWithSecret.includes(action))) problems.push('action with a secret');
  }
  return problems;
}

test('jobs with secrets run no packages and no tests, actions are pinned, and permissions are minimal', () => {
  for (const text of texts) expect(findProblems(text)).toEqual([]);
  const signing = readFileSync(join(projectRoot, 'scripts/sign-release.mjs'), 'utf8');
  for (const [, name] of signing.matchAll(/(?:from|import\(|require\()\s*['"]([^'"]+)/g))
    expect(name).toMatch(/^node:/);
});

test('no script contains text of an issue, a pull request or a branch name', () => {
  for (const { text } of workflows) expect(text).not.toMatch(/\$\{\{\s*github\.(event|head_ref)/);
});
