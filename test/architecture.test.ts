import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../support/run/paths.js';

/** Product files only: no tests. Paths from the top of the checkout. */
const files = ['src', 'adapters', 'client', 'triggers', 'web']
  .flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'));

/** The browser's side: it has no Node, and its own clock and fetch. */
const isPageFile = (file: string) => file.startsWith('web/');

/** Where a process begins: the server, and the Lambda functions of a Cognito user pool. */
const entryPoints = ['src/app/process.ts', 'triggers/index.ts', 'client/sealed-file.ts'];

const texts = new Map(files.map((file) => [file, readFileSync(join(projectRoot, file), 'utf8')]));
const read = (file: string) => texts.get(file) ?? readFileSync(join(projectRoot, file), 'utf8');

const importsOf = (file: string): string[] =>
  [...read(file).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name]) =>
    name!.startsWith('.') ? relative(projectRoot, join(projectRoot, dirname(file), name!)) : name!,
  );

/** Returns these files, and what they import, directly or through each other. */
function reach(starts: readonly string[], next: (file: string) => readonly string[]): string[] {
  const reached = new Set(starts);
  // A set that grows meanwhile is walked to its new end.
  for (const file of reached) for (const name of next(file)) reached.add(name.replace(/\.js$/, '.ts'));
  return [...reached];
}

const within = (folder: string) => files.filter((file) => file.startsWith(`${folder}/`));

/** What breaks a rule, each as `file: what it has there`. */
const offenders = (among: readonly string[], found: (file: string) => readonly (string | undefined)[]): string[] =>
  among.flatMap((file) =>
    found(file)
      .filter((each) => each !== undefined)
      .map((each) => `${file}: ${each}`),
  );

const runScript = (...args: string[]) => spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });

test('every source is in a folder of the architecture, and imports only from that folder or lower ones', () => {
  expect(runScript('scripts/check-floors.mjs')).toMatchObject({ status: 0, stderr: '' });
});

test('lint refuses an import of values or types from a higher or parallel folder in any syntax', async () => {
  const { findUpwardImports } = await import(join(projectRoot, 'scripts/rooms.mjs'));
  const refused = [
    ['src/core/a.ts', "import { listen } from '../http/listen.js';"],
    ['src/core/a.ts', "import {\n  listen,\n} from '../http/listen.js';"],
    ['src/core/a.ts', "import '../http/listen.js';"],
    ['src/core/a.ts', "const { listen } = await import('../http/listen.js');"],
    ['src/enrolment/a.ts', "export { decideHook } from '../step-up/decide.js';"],
    ['src/home/a.ts', "import { createDoctor, type Doctor } from '../admin/operations/doctor.js';"],
    ['adapters/okta/a.ts', "import { createCaller } from '../entra/caller.js';"],
    ['src/core/a.ts', "import type { Listening } from '../http/listen.js';"],
    ['src/core/a.ts', "import type {\n  Listening,\n} from '../http/listen.js';"],
    ['src/core/a.ts', "import { type Listening } from '../http/listen.js';"],
    ['src/core/a.ts', "export type { Listening } from '../http/listen.js';"],
    ['web/capture/a.ts', "import type { Draft } from '../../src/drafts/draft.js';"],
  ];
  const taken = [
    ['src/http/a.ts', "import { toCode } from '../errors.js';"],
    ['src/http/a.ts', "import type { Json } from '../errors.js';"],
  ];
  const isRefused = ([file, text]: string[]) => findUpwardImports(file, text).length > 0;
  expect(refused.filter((each) => !isRefused(each))).toEqual([]);
  expect(taken.filter(isRefused)).toEqual([]);
});

test('each test file belongs to one tier', async () => {
  const { default: config } = await import(join(projectRoot, 'jest.config.mjs'));
  const tiersOf = (path: string): number =>
    config.projects.filter(
      ({ testRegex, testPathIgnorePatterns = [], displayName }: Record<string, string[]>) =>
        (testRegex === undefined
          ? path.includes('/test/programs/') === (String(displayName) === 'programs')
          : testRegex.some((each) => new RegExp(each).test(path))) &&
        !testPathIgnorePatterns.some((each) => new RegExp(each).test(path)),
    ).length;
  const compiled = readdirSync(join(projectRoot, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => `/dist/${name}`);
  expect(compiled.length).toBeGreaterThan(400);
  expect(compiled.filter((path) => tiersOf(path) !== 1)).toEqual([]);
});

/** The names of the providers: their folders, and as one writes them, in a text or in camel case. */
const providerNames = new RegExp(
  readdirSync(join(projectRoot, 'adapters'), { withFileTypes: true })
    // `memory` is no provider, and a common word.
    .filter((entry) => entry.isDirectory() && entry.name !== 'memory')
    .flatMap(({ name }) => [name, name.toUpperCase(), name[0]!.toUpperCase() + name.slice(1)])
    .concat('OneLogin', 'oneLogin')
    .join('|'),
);

/** Folders with the rules of features, without their folders at the edge. */
const ruleFolders = /^src\/(core|step-up|enrolment|verification|notifications|help-desk|brand|audit\/ledger)\//;
const atEdge =
  /\/(endpoints|trail|webauthn|delivery)\/|\/(command|endpoints|[a-z-]+-endpoints?|hook-core)\.|brand\/(configured|draw-picture|picture|picture-process)|ledger\/(rebuild|recorder)|core\/base\//;

describe('dependencies', () => {
  test('rule modules import only rule modules, errors, base helpers and pure Node modules', () => {
    // The claims of a receipt are the client's to define, as others read receipts by them too.
    const allowed =
      /^(src\/(errors\.js|core\/base\/|connections\/(hook-decision|search-people)\.js)|locales\/compiled\/((server|shared)\/|languages)|client\/(receipt-claims|action|signature-header)\.js$|zod(\/mini)?$|node:(crypto|util)$)/;
    const isRule = (name: string) => ruleFolders.test(name) && !atEdge.test(name);
    const forbidden = (file: string) => importsOf(file).filter((name) => !isRule(name) && !allowed.test(name));
    expect(offenders(files.filter(isRule), forbidden)).toEqual([]);
  });

  test('an extension is imported only by the extension lists, by itself and by tests', () => {
    const inExtension = /^src\/extensions\/([^/]+)\//;
    const lists = ['src/extensions/index.ts', 'src/app/audit-events.ts'];
    const breaches = files
      .filter((file) => !/^(test|evidence)\/|\.test\.ts$/.test(file) && !lists.includes(file))
      .map((file) => [file, inExtension.exec(file)?.[1]] as const)
      .flatMap(([file, own]) =>
        importsOf(file).flatMap((name) => {
          const [, other] = inExtension.exec(name) ?? [];
          return other === undefined || other === own ? [] : [`${file}: ${name}`];
        }),
      );
    expect(breaches).toEqual([]);
  });

  test('only entry points and adapters import a provider or the list of them', () => {
    const others = files.filter((file) => !entryPoints.includes(file) && !file.startsWith('adapters/'));
    const ofProvider = /^adapters\/([^/]+\/|index\.js)/;
    expect(offenders(others, (file) => importsOf(file).filter((name) => ofProvider.test(name)))).toEqual([]);
  });

  test('core, OIDC, configuration and server code names no provider, not even in comments', () => {
    const neutral = [
      ...['core', 'step-up', 'enrolment', 'verification', 'notifications', 'oidc', 'config', 'app'].flatMap((room) =>
        within(`src/${room}`).filter((file) => file !== 'src/app/program.ts'),
      ),
    ];
    // Exceptions: an AWS region in a message, and the examples of the command line's help.
    const nameIn = (file: string) => providerNames.exec(read(file).replaceAll('eu-central-1', ''))?.[0];
    expect(offenders(neutral, (file) => [nameIn(file)])).toEqual([]);
  });

  test('core, configuration, connections and OIDC code names no extension, except in prose', () => {
    const folders = readdirSync(join(projectRoot, 'src/extensions'), { withFileTypes: true });
    const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['counter', 'credentials', 'organisations']));
    const named = new RegExp(`\\b(${names.join('|')}|countersOf|wallet)\\b`);
    const comments = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;
    const withoutProse = (text: string) =>
      text.replaceAll(comments, '').replaceAll(/'[^'\n]*'/g, (each) => (each.includes(' ') ? '' : each));
    const ofPasskeys = 'readonly counter: number;';
    const nameIn = (file: string) => named.exec(withoutProse(read(file)).replace(ofPasskeys, ''))?.[0];
    const rooms = ['core', 'config', 'connections', 'oidc'].flatMap((room) => within(`src/${room}`));
    expect(offenders(rooms, (file) => [nameIn(file)])).toEqual([]);
  });

  test('only http/front-door.ts creates a request budget', () => {
    const others = files.filter((file) => file !== 'src/http/front-door.ts');
    expect(offenders(others, (file) => [/new RequestBudget\(|\.all\(async/.exec(read(file))?.[0]])).toEqual([]);
  });

  test('an adapter imports only its folder, connections, core, configuration, errors and the client', () => {
    const isForeign = (file: string, name: string): boolean => {
      const own = file.split('/').slice(0, 2).join('/');
      const allowed = /^src\/(connections|core|config)\/|^src\/errors\.js|^locales\/|^client\//;
      return /^(src|adapters)\//.test(name) && !name.startsWith(`${own}/`) && !allowed.test(name);
    };
    const providers = within('adapters').filter((file) => file !== 'adapters/index.ts');
    expect(offenders(providers, (file) => importsOf(file).filter((name) => isForeign(file, name)))).toEqual([]);
  });

  test('src/core imports only errors, texts and the client’s pure definitions', () => {
    const allowed = /^src\/(core\/|errors\.js$)|^client\/(receipt-claims|action|signature-header)\.js$|^locales\//;
    const ours = /^(src|adapters|web|client|triggers)\//;
    const foreign = (file: string) => importsOf(file).filter((name) => ours.test(name) && !allowed.test(name));
    expect(offenders(within('src/core'), foreign)).toEqual([]);
  });

  test('src/http imports only core, access, telemetry, errors and texts', () => {
    const allowed = /^src\/(http|core|access|telemetry)\/|^src\/errors\.js$|^locales\//;
    const foreign = (file: string) => importsOf(file).filter((name) => /^[\w-]+\//.test(name) && !allowed.test(name));
    expect(offenders(within('src/http'), foreign)).toEqual([]);
  });

  test('the client imports only jose, zod and its own folder', () => {
    const allowed = /^(client\/|jose\/|zod\b)/;
    // What runs anywhere imports nothing of Node. Sealed files need a file system.
    const ofFiles = /^client\/(sealed-file|facestep-file|content-key)\.ts$/;
    const isAllowed = (name: string, file: string) =>
      allowed.test(name) || (ofFiles.test(file) && name.startsWith('node:'));
    const foreign = (file: string) => importsOf(file).filter((name) => !isAllowed(name, file));
    expect(offenders(within('client'), foreign)).toEqual([]);
    const others = within('client').filter((file) => !ofFiles.test(file));
    expect(
      offenders(others, (file) => importsOf(file).filter((name) => ofFiles.test(name.replace(/js$/, 'ts')))),
    ).toEqual([]);
  });

  test('the product imports no tests, support, scripts or simulators, except for two commands that start them', () => {
    const programs = /^(test|support|examples|scripts|simulators|evidence)\//;
    const staticallyIn = (file: string) =>
      [...read(file).matchAll(/from '(\.[^']+)'/g)].map(([, name]) => join(dirname(file), name!));
    // The type of what one of these commands loads when it runs.
    const shapes = ['simulators/simulation.js'];
    const loaded = (file: string) => staticallyIn(file).filter((name) => programs.test(name) && !shapes.includes(name));
    expect(offenders(files, loaded)).toEqual([]);
    const startedBy = (file: string) =>
      importsOf(file).filter((name) => programs.test(name) && !staticallyIn(file).includes(name));
    expect(offenders(files, startedBy).toSorted()).toEqual([
      'src/admin/commands/simulate.ts: simulators/simulations.js',
      'src/app/process.ts: examples/demo/demo.js',
    ]);
  });

  test('a simulator that only tests and evidence start is in support, so that it does not ship', () => {
    // The last one runs in a process of its own.
    const starts = ['simulators/simulations.ts', 'examples/demo/demo.ts', 'simulators/cognito/lambda-runtime.ts'];
    const isShipped = (name: string) => /^(simulators|examples)\//.test(name);
    const reached = reach(starts, (file) => importsOf(file).filter(isShipped));
    const simulators = readdirSync(join(projectRoot, 'simulators'), { recursive: true, encoding: 'utf8' });
    const shipped = simulators.filter((name) => /(?<!\.test)\.ts$/.test(name)).map((name) => `simulators/${name}`);
    expect(shipped.filter((file) => !reached.includes(file))).toEqual([]);
  });

  test('no file of evidence, examples or support imports a file of test', () => {
    const sources = ['support', 'evidence', 'scripts/reference', 'examples'].flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.includes('node_modules/'))
        .map((name) => `${folder}/${name}`),
    );
    expect(sources.length).toBeGreaterThan(150);
    expect(offenders(sources, (file) => importsOf(file).filter((name) => name.startsWith('test/')))).toEqual([]);
  });

  test('the Lambda functions import no SDK, engine or server', () => {
    const reached = reach(['triggers/index.ts'], (file) => (files.includes(file) ? importsOf(file) : []));
    const strays = reached.filter(
      (name) => !/^(adapters\/cognito|client|src\/(core|config))\/|^(jose|zod|node:crypto)/.test(name),
    );
    expect(strays.toSorted()).toEqual([
      'locales/compiled/languages.ts',
      'node:util',
      'src/connections/hook-decision.ts',
      'src/connections/hook.ts',
      'src/errors.ts',
      'triggers/index.ts',
    ]);
    expect(reached).not.toContain('adapters/cognito/profile.ts');
  });

  test('the static imports of a server are exactly these packages', () => {
    const starts = ['src/app/process.ts', 'src/app/open-engine.ts', 'src/app/server.ts'];
    const loads = /^(?:import|export) (?!type)[^;]*?from '([^']+)';/gm;
    const loadedBy = (file: string) =>
      [...read(file).matchAll(loads)].map(([, name]) => (name!.startsWith('.') ? join(dirname(file), name!) : name!));
    const reached = reach(starts, (file) => (file.endsWith('.ts') ? loadedBy(file) : []));
    expect(reached.filter((name) => name.endsWith('.ts')).length).toBeGreaterThan(300);
    expect(reached.filter((name) => !name.endsWith('.ts') && !name.startsWith('node:')).toSorted()).toEqual([
      '@node-rs/argon2',
      'express',
      'helmet',
      'http_ece',
      'jose',
      'jsonc-parser',
      'libsql',
      'libsql/promise',
      'multer',
      'openid-client',
      'pino',
      'prom-client',
      'proxy-addr',
      'zod',
      'zod/mini',
    ]);
  });

  test('no import cycle exists', () => {
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

test('only entry points use the global clock, random and fetch', () => {
  const named = /\b(Date\.now|Math\.random|randomBytes|randomUUID|randomInt|getRandomValues|globalThis\.fetch)\b/;
  const others = files.filter((file) => !entryPoints.includes(file) && !isPageFile(file));
  expect(offenders(others, (file) => [named.exec(read(file))?.[0]])).toEqual([]);
});

describe('code restrictions', () => {
  test('only src/core/secrets.ts constructs a photo', () => {
    const makers = files.filter((file) => /\bnew Photo\(/.test(read(file)));
    expect(makers).toEqual(['src/core/secrets.ts']);
  });

  test('no source contains a cast or a suppressed check', () => {
    const castIn = (file: string) => {
      const code = read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/gm, '');
      return /\bas (?!const\b)[A-Za-z{(]/.exec(code.replace(/^(import|export) .*$/gm, ''))?.[0];
    };
    const units = 'src/core/units.ts';
    expect(offenders(files, (file) => [file === units ? undefined : castIn(file)])).toEqual([]);
    const silenced = /@ts-(ignore|expect-error)|biome-ignore/;
    expect(offenders(files, (file) => [silenced.exec(read(file))?.[0]])).toEqual([]);
  });
});
