/*
 * A door with a roster: one capture, held against everybody who may enter, in one call. Whoever is found enters; a refusal is one
 * word, whatever its reason. docs/roster.md says how many people a level carries, and how sure it is.
 *
 * The client token needs the scopes `enrol` and `identify`.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_…
 *   node dist/examples/door.js enrol roster.json Ada 1.jpg 2.jpg 3.jpg
 *   node dist/examples/door.js open roster.json capture.jpg
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createFacestepClient, FacestepError } from '@facestep/client';
import { z } from 'zod';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const facestep = createFacestepClient({ url, clientToken, fetch });

/** Every token is a chance for a stranger, so the strictest level: it carries 500 people, and takes three photos of each. */
const binding = { scope: 'door:main', accuracy: 8 };

const rosterGuard = z.array(z.object({ name: z.string(), token: z.string() }));
const readRoster = (file: string): z.infer<typeof rosterGuard> =>
  existsSync(file) ? rosterGuard.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];

/** What the server finds; `null` where there is nobody to look for. */
const search = async (roster: z.infer<typeof rosterGuard>, photos: Uint8Array[]) =>
  roster.length === 0
    ? null
    : facestep.identify(
        roster.map(({ token }) => token),
        photos,
        binding,
      );

/** Nobody stands on the roster twice: two tokens of one person match together, and then the door would open for neither. */
async function enrol(file: string, name: string, photos: Uint8Array[]): Promise<boolean> {
  const entries = readRoster(file);
  const found = await search(entries, photos);
  const isNobody = found === null || found.outcome === 'nobody';
  // A name stands for one person: nobody but they take its place, as long as their token is of use.
  const isTaken = entries.some((entry, at) => entry.name === name && found?.unusable.includes(at) !== true);
  if ((!isNobody || isTaken) && entries[found?.position ?? -1]?.name !== name) return false;
  const { token } = await facestep.generate(photos, binding);
  const next = [...entries.filter((entry) => entry.name !== name), { name, token }];
  // A roster that the server does not search would close the door for all.
  await search(next, photos);
  writeFileSync(file, JSON.stringify(next, null, 2), { mode: 0o600 });
  return true;
}

/** Who it is, or null: nobody, or more than one. */
async function whoIsThere(file: string, capture: Uint8Array): Promise<string | null> {
  const roster = readRoster(file);
  const position = (await search(roster, [capture]))?.position ?? null;
  return position === null ? null : (roster[position]?.name ?? null);
}

const [command, file = '', ...rest] = process.argv.slice(2);
if (command === 'enrol') {
  const [name = '', ...photoFiles] = rest;
  const photos = photoFiles.map((photo) => readFileSync(photo));
  const isNew = await enrol(file, name, photos);
  console.log(isNew ? `${name} may enter.` : 'This face or this name is on the roster already.');
  process.exitCode = isNew ? 0 : 1;
} else {
  const name = await whoIsThere(file, readFileSync(rest[0] ?? '')).catch((error: unknown) => {
    // Whoever is refused for their photo reads the same word.
    if (error instanceof FacestepError) return null;
    throw error;
  });
  console.log(name === null ? 'Closed.' : `Open: ${name}`);
  process.exitCode = name === null ? 1 : 0;
}
