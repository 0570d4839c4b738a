/*
 * A door with a roster: one capture, held against everybody who may enter. The first match opens; a refusal tells nothing.
 *
 * The client token needs the scopes `enrol` and `verify`. A token takes a hundred failed checks in 15 minutes, and whoever
 * is at the door fails at every token but one. Where more people come, let them say who they are first (a badge will do),
 * and check that token alone.
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

/** Nobody has said who they are, so every token is a chance for a stranger: a stricter level, from several photos. */
const binding = { scope: 'door:main', accuracy: 6 };

const rosterGuard = z.array(z.object({ name: z.string(), token: z.string() }));
const readRoster = (file: string): z.infer<typeof rosterGuard> =>
  existsSync(file) ? rosterGuard.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];

async function enrol(file: string, name: string, photos: Uint8Array[]): Promise<void> {
  const { token } = await facestep.generate(photos, binding);
  const others = readRoster(file).filter((entry) => entry.name !== name);
  writeFileSync(file, JSON.stringify([...others, { name, token }], null, 2), { mode: 0o600 });
  console.log(`${name} may enter.`);
}

/**
 * Who it is, or null. Everybody on the roster is checked each time, and the answer comes after the last: neither its
 * words nor its time tell who is on the roster, how near a miss was, or why.
 */
async function whoIsThere(file: string, capture: Uint8Array): Promise<string | null> {
  const checks = readRoster(file).map(async ({ name, token }) => {
    const isMatch = await facestep.authenticate(token, [capture], binding).catch((error: unknown) => {
      // One token that has expired or is locked keeps nobody else out.
      if (error instanceof FacestepError) return false;
      throw error;
    });
    return isMatch ? name : null;
  });
  return (await Promise.all(checks)).find((name) => name !== null) ?? null;
}

const [command, file = '', ...rest] = process.argv.slice(2);
if (command === 'enrol') {
  const [name = '', ...photoFiles] = rest;
  await enrol(
    file,
    name,
    photoFiles.map((photo) => readFileSync(photo)),
  );
} else {
  const name = await whoIsThere(file, readFileSync(rest[0] ?? ''));
  console.log(name === null ? 'Closed.' : `Open: ${name}`);
  process.exitCode = name === null ? 1 : 0;
}
