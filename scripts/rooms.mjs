// Defines the modules ("rooms") and layers ("floors") of the code, and finds the imports between rooms.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './root.mjs';

const foldersOf = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`)
    .sort();

/**
 * All rooms by floor, from the top. A file may import values and types from its own room and from lower floors.
 * A room is a folder; a provider and an extension are rooms too, so that none imports another.
 */
export const floors = [
  ['evidence/journeys'],
  ['evidence/attacks'],
  ['evidence/faults'],
  ['evidence/bench'],
  ['evidence/eval'],
  ['evidence/accuracy', 'evidence/corpus', 'src/main.ts', 'triggers'],
  ['evidence/measure', 'src/app'],
  ['src/extensions/index.ts'],
  foldersOf('src/extensions'),
  ['src/extensions/extension.ts', 'web/console'],
  ['src/drafts'],
  ['src/admin', 'src/home'],
  ['src/privacy'],
  ['src/help-desk', 'src/invitations', 'src/oidc', 'src/recovery', 'web/capture'],
  ['src/step-up'],
  ['src/notifications', 'src/security-events', 'src/verification', 'examples/demo'],
  ['src/brand'],
  ['src/cli', 'src/enrolment', 'adapters/index.ts'],
  ['src/http', ...foldersOf('adapters')],
  ['src/access', 'src/connections', 'src/face', 'src/storage'],
  ['src/audit', 'src/sign-in', 'src/telemetry', 'simulators'],
  ['src/config'],
  ['src/files', 'src/network'],
  [
    'src/core',
    'web/docs',
    'web/shared',
    ...foldersOf('examples').filter((room) => !['examples/demo', 'examples/web'].includes(room)),
  ],
  ['src/errors.ts', 'client', 'examples', 'examples/web', 'locales', 'web'],
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

const readSource = (file) => readFileSync(join(root, file), 'utf8');

/** Returns the files from which a file imports values or types, as compiled paths from the top of the checkout. */
export const importsOf = (file, text = readSource(file)) =>
  [...text.matchAll(/^(?:import|export)\s+(?:[^;'"]*?\s*from\s*)?'(\.[^']+)'|import\('(\.[^']+)'\)/gm)].map(
    ([, stated, loaded]) => relative(root, join(root, dirname(file), stated ?? loaded)).replaceAll('\\', '/'),
  );

const arrowsOf = (file, text) =>
  importsOf(file, text).flatMap((imported) => {
    const from = roomOf(file);
    const to = roomOf(imported.replace(/\.js$/, '.ts'));
    return from === undefined || to === undefined || from === to ? [] : [{ file, imported, from, to }];
  });

export const floorOf = (room) => floors.findIndex((floor) => floor.includes(room));

/** Returns the imports of a file from a higher floor or from another room on its own. */
export const findUpwardImports = (file, text = readSource(file)) =>
  arrowsOf(file, text)
    .filter(({ from, to }) => floorOf(to) <= floorOf(from))
    .map(({ imported }) => `${file} imports ${imported}, which is not below it`);

/** Finds upward imports, and sources that belong to no room. */
export const findBreaches = () => [
  ...listSources().flatMap((file) => findUpwardImports(file)),
  ...listSources()
    .filter((file) => roomOf(file) === undefined)
    .map((file) => `${file} is in no room`),
];
