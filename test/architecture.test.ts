import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from './paths.js';

/** Product files only: no tests. Paths from the top of the checkout. */
const files = ['src', 'adapters', 'client', 'triggers', 'web']
  .flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'));

/** The browser's side: it has no Node, and its own clock and fetch. */
const isOfPage = (file: string) => file.startsWith('web/');

/** Where a process begins: the server, and the Lambda functions of a Cognito user pool. */
const entryPoints = ['src/process.ts', 'triggers/index.ts'];

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');

const importsOf = (file: string): string[] =>
  [...read(file).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name]) =>
    name!.startsWith('.') ? relative(projectRoot, join(projectRoot, dirname(file), name!)) : name!,
  );

const within = (folder: string) => files.filter((file) => file.startsWith(`${folder}/`));

test('there is something to look at', () => {
  expect(files.length).toBeGreaterThan(30);
});

const runScript = (...args: string[]) => spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });

test('every source is in a room, and no import runs up or along the floors', () => {
  expect(runScript('scripts/check-floors.mjs')).toMatchObject({ status: 0, stderr: '' });
});

test('the picture of the rooms is what the imports are', () => {
  expect(runScript('scripts/draw-floors.mjs', '--check')).toMatchObject({ status: 0, stderr: '' });
});

test('the page on the house names files that are there, and no journey is longer than a reader follows', () => {
  const page = read('docs/architecture.md');
  const named = [...page.matchAll(/`((?:[\w-]+\/)+[\w.-]+)`/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !existsSync(join(projectRoot, name)))).toEqual([]);
  const journeys = page.split('\n### ').slice(1);
  expect(journeys.map((journey) => journey.match(/^\d+\. /gm)?.length)).toEqual([6, 9, 5, 12]);
});

/** The names of the providers: their folders, and as one writes them, in a text or in camel case. */
const providerNames = new RegExp(
  readdirSync(join(projectRoot, 'adapters'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [name, name.toUpperCase(), name[0]!.toUpperCase() + name.slice(1)])
    .concat('OneLogin', 'oneLogin')
    .join('|'),
);

describe('data flows one way', () => {
  test.each(within('src/core'))(
    '%s imports the core, the errors, what has no rules and pure parts of Node alone',
    (file) => {
      // What a receipt states is the client's to say, as others read it by that too.
      const allowed =
        /^(src\/(core\/|errors\.js|base\/)|client\/(receipt-claims|action|signature-header)\.js$|zod(\/mini)?$|node:(crypto|util)$)/;
      expect(importsOf(file).filter((name) => !allowed.test(name))).toEqual([]);
    },
  );

  test.each(files.filter((file) => !entryPoints.includes(file) && !file.startsWith('adapters/')))(
    '%s imports no provider, and not the list of them',
    (file) => {
      expect(importsOf(file).filter((name) => /^adapters\/([^/]+\/|index\.js)/.test(name))).toEqual([]);
    },
  );

  test.each([...['core', 'oidc', 'config', 'server'].flatMap((room) => within(`src/${room}`)), 'src/process.ts'])(
    '%s names no provider, in code or comment',
    (file) => {
      // The one exception: the region of Amazon's in a message.
      expect(providerNames.exec(read(file).replaceAll('eu-central-1', ''))?.[0]).toBeUndefined();
    },
  );

  test.each(within('adapters'))('%s imports no other provider and nothing of the edge', (file) => {
    const own = file.split('/').slice(0, 2).join('/');
    const foreign = importsOf(file).filter(
      (name) => /^adapters\/[^/]+\//.test(name) && !name.startsWith(`${own}/`) && file !== 'adapters/index.ts',
    );
    const edge = /^src\/(api|rest|http|capture|server|main|oidc)/;
    expect([...foreign, ...importsOf(file).filter((name) => edge.test(name))]).toEqual([]);
  });

  test('what measures on photos needs no test, no evaluation faces, and of the product nothing above the verifier', () => {
    const queue = ['evidence/accuracy/measure.ts', 'evidence/accuracy/decode-worker.ts'];
    const source = (name: string) => name.replace(/\.js$/, '.ts');
    for (const file of queue)
      for (const name of /^evidence\//.test(file) ? importsOf(file).map(source) : [])
        if (!queue.includes(name)) queue.push(name);
    const allowed = /^(evidence\/(accuracy|corpus|plots|statistics)\/|node:)/;
    const ofProduct = /^src\/(core|engine|token|verifier|base)\/|^src\/errors\.ts$/;
    expect(queue.filter((name) => !allowed.test(name) && !ofProduct.test(name))).toEqual([]);
  });

  test.each(within('client'))(
    '%s could be taken to another project: it imports jose, zod and its own folder',
    (file) => {
      expect(importsOf(file).filter((name) => !/^(client\/|jose\/|zod\b)/.test(name))).toEqual([]);
    },
  );

  // A Lambda trigger checks receipts as any backend does, the commands for sealed files call a running server, and the
  // server's own receipts are checked by what the client says they state.
  test.each(
    files.filter(
      (file) =>
        !/^((client|adapters\/cognito|src\/cli\/(sealed-file|signature))\/|src\/cli\/(client-call|sign|verify-signature)\.ts|src\/core\/(receipt|action|sign-document|step-up\/page-protocol)\.ts)/.test(
          file,
        ),
    ),
  )('%s imports no client', (file) => {
    expect(importsOf(file).filter((name) => name.startsWith('client/'))).toEqual([]);
  });

  test.each(files)('%s imports nothing of tests, programs or simulators', (file) => {
    const statically = [...read(file).matchAll(/from '(\.[^']+)'/g)].map(([, name]) => join(dirname(file), name!));
    const programs = /^(test|examples|scripts|simulators|evidence)\//;
    // The shapes of what two of these commands start, which is loaded when they run.
    const shapes = ['simulators/simulation.js', 'evidence/accuracy/measuring.js'];
    expect(statically.filter((name) => programs.test(name) && !shapes.includes(name))).toEqual([]);
    const started = importsOf(file).filter((name) => programs.test(name) && !statically.includes(name));
    const starters = {
      'src/cli/simulate.ts': ['simulators/simulations.js'],
      'src/process.ts': ['examples/demo/demo.js', 'evidence/accuracy/measure.js'],
    };
    expect(started).toEqual(Object.entries(starters).flatMap(([from, to]) => (from === file ? to : [])));
  });

  test('the Lambda functions need no SDK, no engine and no server', () => {
    const queue = ['triggers/index.ts'];
    for (const file of queue)
      for (const name of files.includes(file) ? importsOf(file) : []) {
        const next = name.replace(/\.js$/, '.ts');
        if (!queue.includes(next)) queue.push(next);
      }
    const strays = queue.filter(
      (name) => !/^(adapters\/cognito|client|src\/(core|config))\/|^(jose|zod|node:crypto)/.test(name),
    );
    expect(strays.toSorted()).toEqual([
      'adapters/hook-core.ts',
      'adapters/hook.ts',
      'adapters/parse-event.ts',
      'adapters/probe.ts',
      'node:util',
      'src/base/html.ts',
      'src/base/json.ts',
      'src/errors.ts',
      'triggers/index.ts',
    ]);
    expect(queue).not.toContain('adapters/cognito/profile.ts');
  });

  test('a server loads at its start what every server needs, and no library that only some configurations use', () => {
    const queue = ['src/process.ts', 'src/server/open-engine.ts', 'src/server/server.ts'];
    const packages = new Set<string>();
    const loads = /^(?:import|export) (?!type)[^;]*?from '([^']+)';/gm;
    for (const file of queue)
      for (const [, name] of read(file).matchAll(loads)) {
        const next = join(dirname(file), name!).replace(/\.js$/, '.ts');
        if (!name!.startsWith('.')) packages.add(name!);
        else if (!queue.includes(next)) queue.push(next);
      }
    expect(queue.length).toBeGreaterThan(300);
    expect([...packages].filter((name) => !name.startsWith('node:')).toSorted()).toEqual([
      ...[
        '@node-rs/argon2',
        'csv-parse/sync',
        'express',
        'helmet',
        'http_ece',
        'jose',
        'jsonc-parser',
        'libsql',
        'multer',
      ],
      ...['openid-client', 'pino', 'prom-client', 'proxy-addr', 'zod', 'zod/mini'],
    ]);
  });

  test('no two files import each other, directly or around', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .map((name) => name.replace(/\.js$/, '.ts'))
          .filter((n) => files.includes(n)),
      ]),
    );
    const done = new Set<string>();
    const walk = (file: string, path: string[]): string[] => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return [];
      for (const next of graph.get(file) ?? []) {
        const cycle = walk(next, [...path, file]);
        if (cycle.length > 0) return cycle;
      }
      done.add(file);
      return [];
    };
    for (const file of files) expect(walk(file, [])).toEqual([]);
  });
});

describe('what only entry points name', () => {
  test.each(files.filter((file) => !entryPoints.includes(file) && !isOfPage(file)))(
    '%s takes clock, random and fetch as arguments',
    (file) => {
      const code = read(file);
      const named = /\b(Date\.now|Math\.random|randomBytes|randomUUID|randomInt|getRandomValues|globalThis\.fetch)\b/;
      expect(named.exec(code)?.[0]).toBeUndefined();
    },
  );
});

describe('soft spots', () => {
  test('photos are made where they are owned: who takes them in overwrites them', () => {
    const makers = files.filter((file) => /\bnew Photo\(/.test(read(file)));
    expect(makers).toEqual(['src/core/concealed.ts']);
  });

  test.each(files)('%s has no cast, no any and no silenced check', (file) => {
    const code = read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/gm, '');
    const cast =
      file === 'src/core/units.ts'
        ? null
        : /\bas (?!const\b)[A-Za-z{(]/.exec(code.replace(/^(import|export) .*$/gm, ''));
    expect(cast?.[0]).toBeUndefined();
    expect(/(: any\b|<any>|@ts-(ignore|expect-error)|biome-ignore)/.exec(read(file))?.[0]).toBeUndefined();
  });

  test.each(files)('%s is named for its subject', (file) => {
    expect(file).not.toMatch(/(utils?|helpers?|managers?|common|misc)\.ts$/);
  });
});
