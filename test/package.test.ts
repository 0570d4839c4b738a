import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { startService } from '../examples/demo/service.js';
import { createFolder } from '../support/run/folder.js';
import { modelsFolder, projectRoot } from '../support/run/paths.js';

/* What `npm pack` takes from a checkout in which secrets lie about, and whether that is enough to run. */

const run = promisify(execFile);
const folder = createFolder('pack');
const checkout = join(folder, 'checkout');
const installed = join(folder, 'package');
const main = join(installed, 'dist/src/main.js');

const canary = 'a secret of this checkout';
const secrets = [
  'simulated.json',
  '.env',
  '.env.production',
  'tls.pem',
  'facestep.json',
  'dist/simulated.json',
  'data/keys.json',
  'data/signing-keys.json',
  'data/admin-key',
  'data/state.db',
  'data/audit.jsonl',
  // Next to what is packed.
  'dist/src/.env',
  'dist/src/keys.json',
  'dist/src/cli/admin-key',
  'dist/src/private.pem',
  'dist/src/core.1234',
  'dist/adapters/okta/private.pem',
  'dist/adapters/okta/fixtures/token.json',
  'dist/client/.npmrc',
  'dist/capture-web/simulated.json',
  'dist/capture-web/assets/keys.json',
  'parameters/keys.json',
  'models/face.jpg',
  'infra/docker/secrets/admin-key',
  'infra/terraform/terraform.tfstate',
];

/** All that a package may hold. */
const kinds = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^docs\/([\w/-]+\.md|reference\/okta-workflows\.json)$/,
  // What `facestep demo` is made of.
  /^dist\/examples(\/[\w-]+){2,3}\.js$/,
  /^dist\/(src|adapters|client|simulators|triggers)\/[\w/-]+\.js$/,
  /^dist\/locales\/compiled\/(languages|console\/ledger\/en|(server|shared)\/[\w-]+\/[\w-]+)\.js$/,
  /^dist\/adapters\/onelogin\/smart-hook\/smart-hook\.cjs$/,
  /^dist\/capture-web\/((index|preview)\.html|notice-worker\.js|assets\/(tfjs-[\d.]+\/)?[\w.-]+\.(js|css|svg|wasm)|compressed\/[\w.-]+\.br)$/,
  /^dist\/console-web\/(index\.html|assets\/[\w-]+\.(js|css|svg)|compressed\/[\w-]+\.(js|css|svg)\.br)$/,
  /^dist\/docs-web\/([\w/.-]+\.(html|css|js|json|svg)\.br|pictures\/[\w-]+\.(svg|webp))$/,
  /^src\/face\/(engines|models\/minifasnet-v2)\.json$/,
  /^infra\/systemd\/facestep(-backup)?\.(service|timer)$/,
];
const mebibyte = 1024 * 1024;

const packedGuard = z.tuple([
  z.object({
    filename: z.string(),
    size: z.number(),
    unpackedSize: z.number(),
    files: z.array(z.object({ path: z.string() })),
  }),
]);
let packed: z.infer<typeof packedGuard>[0];

/** Nothing of the checkout that a build does not put there is copied: it may hold what is really secret. */
const parts = [
  '.gitignore',
  '.npmrc',
  'package.json',
  'package-lock.json',
  'README.md',
  'LICENSE',
  'SECURITY.md',
  'CHANGELOG.md',
  'dist',
  'docs',
  'infra/systemd',
  'scripts',
  'src/face/engines.json',
  'src/face/models/minifasnet-v2.json',
];

beforeAll(async () => {
  for (const part of parts) cpSync(join(projectRoot, part), join(checkout, part), { recursive: true });
  for (const name of secrets) {
    mkdirSync(dirname(join(checkout, name)), { recursive: true });
    writeFileSync(join(checkout, name), canary);
  }
  const env = { PATH: process.env.PATH, HOME: folder, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const npm = (...args: string[]) =>
    run('npm', ['pack', '--json', ...args], { cwd: checkout, env, maxBuffer: 16 * mebibyte });
  const { stdout } = await npm('--dry-run');
  [packed] = packedGuard.parse(JSON.parse(stdout));
  await npm('--pack-destination', folder);
  await run('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
  symlinkSync(join(projectRoot, 'node_modules'), join(installed, 'node_modules'));
});

test('the package contains only installation files, even if the checkout contains secrets', async () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths.filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
  // The preview of a brand in the console.
  expect(paths).toContain('dist/capture-web/preview.html');
  expect(paths.filter((path) => secrets.includes(path) || /\.test\./.test(path))).toEqual([]);
  expect(paths.filter((path) => /^dist\/(evidence|test)\//.test(path))).toEqual([]);
  for (const path of paths) expect(readFileSync(join(installed, path), 'utf8')).not.toContain(canary);
});

test('the package contains the files that docs/install.md copies from it', () => {
  const page = readFileSync(join(projectRoot, 'docs/install.md'), 'utf8');
  const copied = [...page.matchAll(/lib\/node_modules\/@facestep\/facestep\/(\S+)/g)].map(([, path]) => path);
  expect(copied).not.toEqual([]);
  expect(packed.files.map(({ path }) => path)).toEqual(expect.arrayContaining(copied));
});

test('packed files import only production dependencies', () => {
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')));
  const allowed = new Set([...Object.keys(dependencies), ...builtinModules]);
  const scripts = packed.files.filter(({ path }) =>
    /^dist\/(src|adapters|client|examples|simulators|triggers)\/.*\.js$/.test(path),
  );
  const imported = scripts.flatMap(({ path }) =>
    [
      ...readFileSync(join(installed, path), 'utf8').matchAll(
        /^\s*(?:import|export|\}).*?from '([^'.][^']*)';|import\('([^'.][^']*)'\)/gm,
      ),
    ].map(([, from, lazily]) => ({
      path,
      name: /^(?:node:)?(@[^/]+\/[^/]+|[^/]+)/.exec(from ?? lazily ?? '')?.[1] ?? '',
    })),
  );
  expect(imported.length).toBeGreaterThan(100);
  // A browser's, which finds the client by an import map.
  const inBrowsers = [{ path: 'dist/examples/approve/page.js', name: '@facestep/client' }];
  expect(imported.filter(({ name }) => !allowed.has(name))).toEqual(inBrowsers);
});

test.each(['okta', 'entra', 'cognito', 'onelogin'])('an unpacked package simulates %s', async (provider) => {
  const simulator = spawn(process.execPath, [main, 'simulate', provider], { cwd: folder });
  const [configuration] = await once(simulator.stdout.setEncoding('utf8'), 'data');
  simulator.kill('SIGINT');
  expect(await once(simulator, 'exit')).toEqual([0, null]);
  expect(JSON.parse(configuration)).toMatchObject({ connections: [{ kind: provider }] });
});

test.each([['accuracy', '--data', 'nowhere'], ['--help'], ['presence', 'report', '--json']])(
  'an unpacked package refuses measure %s and names the checkout’s command',
  async (...args) => {
    const measure = run(process.execPath, [main, 'measure', ...args], { cwd: folder });
    await expect(measure).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/Measuring is not part of the server.*In a checkout .*npm run measure/s),
    });
  },
);

test('an unpacked package with models serves the capture page and the documentation', async () => {
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ modelsFolder }));
  const env = { PORT: '0', FACESTEP_DATA: join(folder, 'served'), FACESTEP_CONFIG: config };
  const service = await startService(env, undefined, main);
  const textOf = (path: string) => fetch(service.url + path).then((answer) => answer.text());
  const page = await textOf('/face');
  const documentation = await textOf('/docs/reference/api.html');
  await service.stop();
  expect(page).toContain('<html');
  expect(documentation).toContain('<h3 id="post-generate">');
});
