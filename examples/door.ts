/*
 * A door with a roster: one call compares a camera picture with everyone who may enter. A refusal never shows a reason.
 * docs/roster.md says how many people each accuracy level supports, and how reliable it is.
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

/**
 * Settings of every token. Each token adds a risk of a false accept: this accuracy level supports up to 500 people,
 * enrolled with three photos each.
 */
const binding = { scope: 'door:main', accuracy: 8 };

const rosterGuard = z.array(z.object({ name: z.string(), token: z.string() }));
const readRoster = (file: string): z.infer<typeof rosterGuard> =>
  existsSync(file) ? rosterGuard.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];

const search = async (roster: z.infer<typeof rosterGuard>, photos: Uint8Array[]) =>
  roster.length === 0
    ? null
    : facestep.identify(
        roster.map(({ token }) => token),
        photos,
        binding,
      );

/** Enrols a person once. If a person had two tokens, both would match, and the door would stay closed. */
async function enrol(file: string, name: string, photos: Uint8Array[]): Promise<boolean> {
  const entries = readRoster(file);
  const found = await search(entries, photos);
  const isNobody = found === null || found.outcome === 'nobody';
  // A name that is in the roster cannot be given to another person, unless its token has become unusable.
  const isTaken = entries.some((entry, at) => entry.name === name && found?.unusable.includes(at) !== true);
  if ((!isNobody || isTaken) && entries[found?.position ?? -1]?.name !== name) return false;
  const { token } = await facestep.generate(photos, binding);
  const next = [...entries.filter((entry) => entry.name !== name), { name, token }];
  // Try the new roster first: one that the server refuses would close the door for everyone.
  await search(next, photos);
  writeFileSync(file, JSON.stringify(next, null, 2), { mode: 0o600 });
  return true;
}

/** Returns the name; `null` if no one or more than one person matches. */
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
  console.log(isNew ? `${name} may enter.` : 'This face or name is already on the roster.');
  process.exitCode = isNew ? 0 : 1;
} else {
  const name = await whoIsThere(file, readFileSync(rest[0] ?? '')).catch((error: unknown) => {
    // A refused photo gets the same answer as an unknown face.
    if (error instanceof FacestepError) return null;
    throw error;
  });
  console.log(name === null ? 'Closed.' : `Open: ${name}`);
  process.exitCode = name === null ? 1 : 0;
}
