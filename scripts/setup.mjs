// Prepares a checkout: dependencies, compiled files, models. Skips finished steps and reports the others. Uses only
// Node, because nothing is installed yet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once as onceEmitted } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { root } from './root.mjs';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

const run = async (command, args) => {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const [code] = await onceEmitted(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${Buffer.concat(output)}`);
};

/** Prints the elapsed seconds of a step again and again until it ends. */
const withTicks = async (say, title, work) => {
  const from = Date.now();
  const timer = setInterval(() => say(`  ${title}: ${Math.round((Date.now() - from) / 1000)} s so far`), 10_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

/** Prints what a step does, then the elapsed seconds until it ends. */
const withProgress = (say, title, work) => {
  say(`${title}…`);
  return withTicks(say, title, work);
};

const once = async (mark, digest, step) => {
  if (existsSync(mark) && readFileSync(mark, 'utf8') === digest) return;
  await step();
  writeFileSync(mark, digest);
};

const digestOf = (files) => {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
};

export const install = (say) =>
  once(join(root, 'node_modules', '.facestep-lock'), digestOf(['package-lock.json']), () =>
    withProgress(say, 'Installing the dependencies', () => run(npm, ['ci', '--no-audit', '--no-fund'])),
  );

/**
 * Compiles everything again if a source changed, so that no output of a removed source remains.
 * @param isChecked - if false, types are not checked, which takes half of the time. The tests check them
 */
export const build = async (say, isChecked = true) => {
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const sources = [...include, 'web', 'locales'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /\.(c?[jt]sx?|json|html|css|svg)$/.test(name) && !/^(compiled|dist)[\\/]/.test(name))
      .map((name) => join(folder, name))
      .sort(),
  );
  const digest = digestOf([
    'tsconfig.json',
    'web/vite.config.ts',
    'web/vite.console.config.ts',
    'web/vite.compress-assets.ts',
    'package-lock.json',
    'scripts/locales.mjs',
    'web/guidance-runtime.mjs',
    ...sources,
  ]);
  const checked = join(root, 'dist', '.built');
  // What was built with checked types is enough for both.
  const isBuilt = !isChecked && existsSync(checked) && readFileSync(checked, 'utf8') === digest;
  if (!isBuilt)
    await once(isChecked ? checked : join(root, 'dist', '.transpiled'), digest, async () => {
      for (const folder of ['dist', 'client/dist', 'triggers/dist'])
        rmSync(join(root, folder), { recursive: true, force: true });
      const tool = (script, ...args) => run(process.execPath, [join(root, 'node_modules', script), ...args]);
      await withProgress(say, 'Compiling the server', async () => {
        await tool('../scripts/locales.mjs');
        // Compile the client first, because the examples import it as a package.
        const types = isChecked ? [] : ['--noCheck'];
        await tool('typescript/bin/tsc', '-p', 'client', ...types);
        await tool('typescript/bin/tsc', '-p', '.', ...types);
      });
      await withProgress(say, 'Building the pages', async () => {
        const pages = ['web/capture', 'web/capture/notice-worker', 'web/console', 'web/docs', 'evidence/measure/page'];
        for (const page of isChecked ? pages : []) await tool('typescript/bin/tsc', '-p', page);
        for (const config of [
          'web/vite.config.ts',
          'web/vite.console.config.ts',
          'evidence/measure/page/vite.config.ts',
        ])
          await tool('vite/bin/vite.js', 'build', '--config', config);
      });
    });
  await buildDocs(say);
};

/** Builds the documentation again if a page, a picture or the generator changed. */
const buildDocs = (say) => {
  const filesIn = (folder, pattern, recursive = true) =>
    readdirSync(join(root, folder), { recursive })
      .map((name) => join(folder, name))
      .filter((name) => pattern.test(name) && !/node_modules|[\\/]dist[\\/]/.test(name))
      .sort();
  const sources = [
    ...filesIn('.', /\.md$/, false),
    ...['docs', 'adapters', 'client', 'examples', 'infra', 'triggers'].flatMap((folder) =>
      filesIn(folder, /\.(json|md|svg|webp)$/),
    ),
    ...['web/docs', 'web/shared'].flatMap((folder) => filesIn(folder, /\.(css|json|liquid|mjs|ts)$/)),
  ];
  return once(
    join(root, 'dist', '.docs-built'),
    digestOf(['scripts/build-docs.mjs', 'web/console/page-icon.svg', 'package-lock.json', ...sources]),
    () =>
      withProgress(say, 'Building the documentation', () =>
        run(process.execPath, [join(root, 'scripts/build-docs.mjs')]),
      ),
  );
};

const fetchFiles = async ({ demoPhotos, say }) => {
  const manifest = await import(pathToFileURL(join(root, 'dist/src/face/models/fetch.js')).href);
  await manifest.fetchModels(join(root, 'models'), say);
  if (demoPhotos) await manifest.fetchDemoPhotos(join(root, '.cache', 'demo-photos'), say);
};

const runPhase = (_, work) => work();

export const setUp = async ({ demoPhotos, isChecked, say, phase = runPhase }) => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`facestep needs Node 22.12 or newer; this is ${process.version}.`);
  await phase('install', () => install(say));
  await phase('build', () => build(say, isChecked));
  await phase('models', () => withTicks(say, 'Checking the face models', () => fetchFiles({ demoPhotos, say })));
};

/** Sets up the checkout for a command. On a failure, prints the reason and exits with 1. */
export const setUpOrExit = (options) =>
  setUp(options).catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  });

if (process.argv[1] === fileURLToPath(import.meta.url))
  await setUpOrExit({ demoPhotos: false, say: (line) => process.stdout.write(`${line}\n`) });
