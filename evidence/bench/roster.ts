import { availableParallelism } from 'node:os';
import { createFacestepClient } from '@facestep/client';
import { z } from 'zod';
import { loadPictures } from '../../examples/demo/pictures.js';
import { timeInTurns, toTiming } from './measure.js';
import { startServers } from './servers.js';

/** The same values as in examples/door.ts. */
const binding = { scope: 'door', accuracy: 8 } as const;

/**
 * Measures a search: `found` and `nobody` are `POST /identify` for a member of the roster and for another person.
 * @param sizes - numbers of people on the roster, ascending, at most 500
 */
export async function benchRoster(rounds: number, sizes: readonly number[]) {
  const { replicas, adminKey, stop } = await startServers({ config: { verifier: { kind: 'embedded' } } });
  const [{ url }] = replicas;
  const issued = await fetch(`${url}/generateToken`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-admin-key': adminKey },
    body: JSON.stringify({ name: 'bench', scopes: ['enrol', 'identify'] }),
  });
  const { token: clientToken } = z.object({ token: z.string() }).parse(await issued.json());
  const door = createFacestepClient({ url, clientToken, fetch });

  const pictures = await loadPictures();
  // Photos in original size, because passive liveness rejects downscaled photos.
  const [first, live] = pictures.person;
  const other = pictures.stranger;
  const make = async (...photos: Uint8Array[]) => (await door.generate(photos, binding)).token;
  // Includes the live photo twice, so that the photos pass as one person's.
  const own = await make(first, live, live);
  // Other people's tokens are made from one face, which does not change the cost of a search.
  const others: string[] = [];
  while (others.length < Math.max(...sizes)) others.push(await make(other, other, other));

  const rosters = [];
  for (const tokens of sizes) {
    const search = (roster: readonly string[], outcome: string) => async () => {
      const found = await door.identify(roster, [live], binding);
      if (found.outcome !== outcome) throw new Error(`${found.outcome}, and not ${outcome}`);
    };
    const [found, nobody] = await timeInTurns(rounds, [
      search([...others.slice(1, tokens), own], 'identified'),
      search(others.slice(0, tokens), 'nobody'),
    ]);
    rosters.push({ tokens, found: toTiming(found), nobody: toTiming(nobody) });
  }
  await stop();
  return { node: process.version, cores: availableParallelism(), rosters };
}
