import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { projectRoot } from './paths.js';

const script = readFileSync(join(projectRoot, 'scripts/screenshots.mjs'), 'utf8');
const loaded = [...script.matchAll(/await load\('([^']+)'\)/g)].map(([, file = '']) => file);

test('what the script of the pictures takes of the tests loads without their runner', () => {
  expect(loaded).toContain('test/browser/screens.js');
  const imports = loaded.map(
    (file) => `import ${JSON.stringify(pathToFileURL(join(projectRoot, 'dist', file)).href)};`,
  );
  execFileSync(process.execPath, ['--input-type=module', '-e', imports.join('\n')], { stdio: 'pipe' });
});
