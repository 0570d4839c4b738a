import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFacestepClient } from '@facestep/client';
import { hashRaw } from '@node-rs/argon2';
import { z } from 'zod';
import { loadPictures } from '../../examples/demo/pictures.js';
import { startService } from '../../examples/demo/service.js';
import { createBareTokens } from '../../src/measuring/accuracy/bare-token.js';
import { createChance } from '../../src/measuring/statistics/chance.js';
import { publishedCost } from '../../src/token/stretch.js';
import { triedMessages } from '../../src/verifier/search.js';
import { modelsFolder, projectRoot } from '../../test/paths.js';
import { createFloor } from './floor.js';
import { processorMs, round, timeInTurns, toTiming } from './measure.js';

/** The same values as in examples/door.ts. */
const binding = { scope: 'door', accuracy: 8 } as const;

/**
 * Measures a search: `floor` is its expensive parts (models, one decoding per token, and Argon2id), `found` and `nobody`
 * are `POST /identify` for a member of the roster and for another person, `ratio` is `nobody` divided by `floor`.
 * @param sizes - numbers of people on the roster, ascending, at most 500
 * @returns the JSON output of the benchmark, with stable property names
 */
export async function benchRoster(rounds: number, sizes: readonly number[]) {
  const [load] = loadavg();
  const folder = await mkdtemp(join(tmpdir(), 'facestep-bench-'));
  const adminKey = randomBytes(24).toString('base64url');
  process.chdir(projectRoot);
  const service = await startService({ PORT: '0', FACESTEP_DATA: folder, FACESTEP_ADMIN_KEY: adminKey });
  const issued = await fetch(`${service.url}/generateToken`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-admin-key': adminKey },
    body: JSON.stringify({ name: 'bench', scopes: ['enrol', 'identify'] }),
  });
  const { token: clientToken } = z.object({ token: z.string() }).parse(await issued.json());
  const door = createFacestepClient({ url: service.url, clientToken, fetch });

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

  const floor = await createFloor(modelsFolder);
  const pid = service.process.pid ?? 0;
  const rosters = [];
  for (const tokens of sizes) {
    const search = (roster: readonly string[], outcome: string) => async () => {
      const found = await door.identify(roster, [live], binding);
      if (found.outcome !== outcome) throw new Error(`${found.outcome}, and not ${outcome}`);
    };
    const searchNobody = search(others.slice(0, tokens), 'nobody');
    const heavy = createHeavyParts(tokens);
    const runs = [
      async () => {
        await floor.verifyOnce(live);
        await heavy();
      },
      search([...others.slice(1, tokens), own], 'identified'),
      searchNobody,
    ];
    const [floorTimes, foundTimes, nobodyTimes] = await timeInTurns(rounds, runs);
    const [least, found, nobody] = [toTiming(floorTimes), toTiming(foundTimes), toTiming(nobodyTimes)];
    const [busy] = loadavg();
    const before = await processorMs(pid);
    for (let run = 0; run < rounds; run += 1) await searchNobody();
    const processor = ((await processorMs(pid)) - before) / rounds;
    const ratio = round(nobody.ms / least.ms);
    rosters.push({ tokens, floor: least, found, nobody, ratio, load: round(busy), processorMs: round(processor) });
  }
  await floor.close();
  await service.stop();
  await rm(folder, { recursive: true });
  return { node: process.version, cores: availableParallelism(), load: round(load), rosters };
}

function createHeavyParts(tokens: number): () => Promise<void> {
  const chance = createChance('roster');
  const bare = createBareTokens(binding.accuracy, chance, 3);
  const views = () => Float32Array.from({ length: 1024 }, () => chance.normal());
  const made = Array.from({ length: tokens }, () => bare.seal(views()));
  const live = views();
  const options = { memoryCost: publishedCost.memoryKiB, timeCost: publishedCost.passes, parallelism: 1 };
  return async () => {
    for (const token of made) bare.opens(token, live);
    for (let run = 1; run < triedMessages; run += 1)
      await hashRaw(randomBytes(20), { ...options, salt: randomBytes(16), outputLen: 32 });
  };
}
