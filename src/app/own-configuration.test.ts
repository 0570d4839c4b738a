import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemRandom } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { findConfiguration } from './own-configuration.js';

const serving = { isServing: true, random: systemRandom };

test('the first start creates a file in the data folder, which later starts and commands find and do not change', async () => {
  const folder = join(createFolder('own-configuration'), 'data');
  const path = join(folder, 'configuration.json');
  expect(await findConfiguration({ FACESTEP_DATA: folder }, { ...serving, isServing: false })).toBe('');
  expect(existsSync(folder)).toBe(false);
  expect(await findConfiguration({ FACESTEP_DATA: folder }, serving)).toBe(path);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    host: '127.0.0.1',
    configurationFolder: join(folder, 'configuration'),
  });
  writeFileSync(path, '{}');
  expect(await findConfiguration({ FACESTEP_DATA: folder }, serving)).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe('{}');
});

test('a named file wins; only in a container it may be absent, and the server then listens on all addresses', async () => {
  const folder = createFolder('own-configuration');
  const named = join(folder, 'named.json');
  const env = { FACESTEP_DATA: folder, FACESTEP_CONFIG: named };
  expect(await findConfiguration(env, serving)).toBe(named);
  const inContainer = { ...env, FACESTEP_FIRST_HOST: '0.0.0.0' };
  const own = await findConfiguration(inContainer, serving);
  expect(JSON.parse(readFileSync(own, 'utf8')).host).toBe('0.0.0.0');
  writeFileSync(named, '{}');
  expect(await findConfiguration(inContainer, serving)).toBe(named);
});
