// Defines the modules ("rooms", folders or files) and layers ("floors") of the code, and finds the imports between
// rooms.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Each provider's folder is a room, so that a new provider needs no entry here. */
const providers = readdirSync(join(root, 'adapters'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `adapters/${name}`)
  .sort();

/** Each extension is a room. */
const extensions = readdirSync(join(root, 'src/extensions'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `src/extensions/${name}`);

/**
 * All rooms by floor, from the top. A file may import from its own room and from lower floors. A name is a file, or a
 * folder without the parts that have their own entry.
 */
export const floors = [
  ['evidence/journeys'],
  ['evidence/attacks'],
  ['evidence/faults'],
  ['evidence/bench'],
  ['evidence/eval', 'examples'],
  ['evidence/accuracy', 'evidence/corpus', 'evidence/plots'],
  ['src/main.ts'],
  ['src/process.ts', 'triggers'],
  ['examples/demo'],
  ['src/server'],
  ['src/extensions/index.ts'],
  extensions,
  ['src/extensions/extension.ts'],
  ['src/cli'],
  ['simulators', 'adapters/index.ts'],
  ['src/api', 'src/capture', 'src/console', 'src/home', 'src/oidc', 'src/ssf', 'web/console', 'web/docs'],
  ['src/rest'],
  ['src/http'],
  ['src/operations'],
  providers,
  [
    'src/brand',
    'src/connections',
    'src/delivery',
    'src/ledger',
    'src/liveness',
    'src/recognition',
    'src/security-events',
    'src/sign-in',
    'src/state',
    'src/telemetry',
    'src/webauthn',
    'web/capture',
  ],
  ['src/keys', 'src/verifier'],
  ['src/audit', 'src/models'],
  ['src/engine', 'src/token', 'src/config'],
  ['src/files'],
  ['src/core', 'examples/approve', 'examples/card-sign-in', 'examples/door', 'examples/wallet', 'web/shared'],
  ['src/errors.ts', 'client'],
  [
    'src/base',
    'examples/organisations',
    'examples/check-in',
    'examples/counter',
    'examples/prefilled-form',
    'examples/several-sources',
  ],
  ['examples/web', 'locales'],
];

/** Folders of `src/core` by floor, from the top. Its single files, its ports and other folders are the lowest. */
const coreFloors = [
  ['src/core/personal-data'],
  ['src/core/help-desk', 'src/core/ledger', 'src/core/notifications'],
  ['src/core/step-up'],
  ['src/core/verification'],
  ['src/core/enrolment'],
  ['src/core/brand', 'src/core/codes', 'src/core/consented-data'],
  ['src/core/credentials', 'src/core/email', 'src/core/limits', 'src/core/links', 'src/core/organisations'],
  ['src/core'],
];

const rooms = floors.flat();

const roomOf = (file, among = rooms) =>
  among
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)
    .at(0);

const isSource = (name) => /\.(tsx?|cts|mts)$/.test(name) && !/\.(test|d)\.[cm]?ts$/.test(name);

const listSources = () =>
  [...new Set(rooms.map((room) => room.split('/')[0]))].sort().flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map((name) => join(folder, name).replaceAll('\\', '/'))
      .filter((name) => isSource(name) && !/(^|\/)(dist|node_modules)\//.test(name))
      .sort(),
  );

/** Returns a file's imports: compiled paths from the top of the checkout, and package names. */
export const importsOf = (file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import\(|^import)\s*'([^']+)'/gm)].map(([, name]) =>
    name.startsWith('.') ? relative(root, join(root, dirname(file), name)).replaceAll('\\', '/') : name,
  );

export const listArrows = (among = rooms) =>
  listSources().flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const [from, to] = [roomOf(file, among), roomOf(imported.replace(/\.js$/, '.ts'), among)];
      return from === undefined || to === undefined || from === to ? [] : [{ file, imported, from, to }];
    }),
  );

export const floorOf = (room, among = floors) => among.findIndex((floor) => floor.includes(room));

/** Finds imports from a higher floor or the same one, and sources that belong to no room. */
export const findBreaches = () => [
  ...[floors, coreFloors].flatMap((each) =>
    listArrows(each.flat())
      .filter(({ from, to }) => floorOf(to, each) <= floorOf(from, each))
      .map(({ file, imported }) => `${file} imports ${imported}, which is not below it`),
  ),
  ...listSources()
    .filter((file) => roomOf(file) === undefined)
    .map((file) => `${file} is in no room`),
];
