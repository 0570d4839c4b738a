import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { createModules } from '../examples/approve/modules.js';
import { projectRoot } from './paths.js';

const clientFolder = join(projectRoot, 'dist', 'client');

test('a browser finds every package that the client imports, and reads it', async () => {
  const files = readdirSync(clientFolder).filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'));
  const imported = files.flatMap((name) =>
    [...readFileSync(join(clientFolder, name), 'utf8').matchAll(/from '([^.'][^']*)';/g)].map(([, from]) => from!),
  );
  const modules = createModules(pathToFileURL(join(clientFolder, 'index.js')).href);
  const { imports } = JSON.parse(modules.importMap);
  expect(Object.keys(imports).sort()).toEqual(['@facestep/client', ...new Set(imported)].sort());
  for (const path of Object.values<string>(imports)) expect(await modules.read(path)).toMatch(/\bexport\b/);
  expect(await modules.read('/modules/client/../src/main.js')).toBeNull();
});
