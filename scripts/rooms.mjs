// Defines the modules ("rooms", folders or files) and layers ("floors") of the code, and finds the imports between
// rooms.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** The audit events of each extension are a room below the list of all events, which rules and stores use. */
const extensionEvents = extensions.map((room) => `${room}/events.ts`).filter((room) => existsSync(join(root, room)));

/** The commands of each feature are a room. */
const commands = readdirSync(join(root, 'src'))
  .flatMap((feature) => [`src/${feature}/commands`, `src/${feature}/command.ts`])
  .filter((room) => existsSync(join(root, room)))
  .sort();

/**
 * All rooms by floor, from the top. A file may import from its own room and from lower floors. A name is a file, or a
 * folder without the parts that have their own entry.
 */
export const floors = [
  ['evidence/journeys', 'evidence/measure/page'],
  ['evidence/attacks', 'evidence/measure'],
  ['evidence/faults'],
  ['evidence/bench'],
  ['evidence/eval', 'examples'],
  ['evidence/accuracy', 'evidence/corpus'],
  ['evidence/measure/accuracy'],
  ['evidence/measure/corpus', 'evidence/measure/plots', 'evidence/measure/statistics'],
  ['src/main.ts'],
  ['src/app/process.ts', 'triggers'],
  ['examples/demo'],
  ['src/app'],
  ['src/extensions/index.ts', 'src/app/program.ts'],
  extensions,
  ['src/extensions/extension.ts', ...commands],
  ['src/cli', 'src/admin/endpoints', 'src/enrolment/endpoints', 'web/console', 'web/docs'],
  [
    ...['simulators', 'adapters/index.ts', 'src/admin/console', 'src/home', 'src/notifications/endpoints'],
    ...['src/oidc', 'src/security-events/ssf', 'src/step-up/endpoints', 'src/verification/endpoints'],
  ],
  ['src/http/rest'],
  ['src/http', 'src/privacy', 'src/admin/operations'],
  ['src/help-desk', ...providers],
  [
    ...['src/audit/ledger', 'src/connections', 'src/face/liveness', 'src/notifications', 'src/security-events'],
    'web/capture',
  ],
  ['src/step-up', 'src/storage/keys', 'src/storage/state'],
  [
    ...['src/brand', 'src/audit', 'src/face/models', 'src/face/recognition', 'src/notifications/delivery'],
    ...['src/telemetry', 'src/verification'],
  ],
  ['src/config', 'src/enrolment'],
  ['src/core/consented-data', 'src/face/verifier', 'src/step-up/codes'],
  [
    ...['src/sign-in', 'src/core/limits', 'src/core/links'],
    ...['src/enrolment/webauthn', 'src/face/engine', 'src/face/token', 'src/notifications/email', 'src/files'],
  ],
  ['src/app/audit-events.ts'],
  extensionEvents,
  [
    ...['src/admin/events.ts', 'src/audit/own-events.ts', 'src/enrolment/events.ts', 'src/access/events.ts'],
    ...['src/notifications/events.ts', 'src/oidc/events.ts', 'src/step-up/events.ts', 'src/storage/keys/events.ts'],
    'src/storage/state/events.ts',
  ],
  ['src/core', 'examples/approve', 'examples/card-sign-in', 'examples/door', 'examples/wallet', 'web/shared'],
  ['src/errors.ts', 'client'],
  [
    ...['src/core/base', 'examples/organisations', 'examples/check-in', 'examples/counter'],
    ...['examples/prefilled-form', 'examples/several-sources'],
  ],
  ['examples/web', 'locales'],
];

const rooms = floors.flat();

const roomOf = (file) =>
  rooms
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

export const listArrows = () =>
  listSources().flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const [from, to] = [roomOf(file), roomOf(imported.replace(/\.js$/, '.ts'))];
      return from === undefined || to === undefined || from === to ? [] : [{ file, imported, from, to }];
    }),
  );

export const floorOf = (room) => floors.findIndex((floor) => floor.includes(room));

/** Finds imports from a higher floor or the same one, and sources that belong to no room. */
export const findBreaches = () => [
  ...listArrows()
    .filter(({ from, to }) => floorOf(to) <= floorOf(from))
    .map(({ file, imported }) => `${file} imports ${imported}, which is not below it`),
  ...listSources()
    .filter((file) => roomOf(file) === undefined)
    .map((file) => `${file} is in no room`),
];
