import sharp from 'sharp';
import { loadPictures } from '../../examples/demo/pictures.js';
import { createSeededRandom } from '../../src/core/base/chance.js';
import { startServers } from '../bench/servers.js';
import { asAdministrator, asClient } from './server/credentials.js';
import { createCaller, type FormPart, type Header, post, toMultipart } from './server/exchange.js';

async function withPatch(photo: Uint8Array, at: number): Promise<Uint8Array> {
  const { width, height } = await sharp(photo).metadata();
  const size = Math.max(8, Math.floor(Math.min(width, height) / 20));
  const chance = createSeededRandom(`patch ${at}`);
  const input = {
    create: {
      width: size,
      height: size,
      channels: 3,
      background: { r: chance.below(256), g: chance.below(256), b: chance.below(256) },
    },
  } as const;
  const position = { left: chance.below(width - size), top: chance.below(height - size) };
  return sharp(photo)
    .composite([{ input, ...position }])
    .jpeg()
    .toBuffer();
}

/** @param tries - a multiple of four */
export async function climbOverSocket(tries: number) {
  const { replicas, adminKey, stop } = await startServers({ config: {} });
  const caller = createCaller(Number(new URL(replicas[0].url).port), '127.0.0.1');
  const issue = async (scopes: readonly string[]) =>
    asClient(
      (await caller.post('/generateToken', { name: 'climber', scopes: [...scopes] }, asAdministrator(adminKey))).text(
        'token',
      ),
    );
  try {
    const { person, stranger } = await loadPictures();
    const auth = await issue(['enrol', 'verify', 'score', 'match']);
    const token = (await caller.postForm('/generate', [['photo', person[0]]], auth)).text('token');
    const send = (path: string, parts: readonly FormPart[], by: readonly Header[]) =>
      caller.call(post(path, toMultipart([['token', token], ...parts]), by));
    const score = (photo: Uint8Array, by = auth) => send('/authenticate-score', [['photo', photo]], by);
    const withoutScope = await score(stranger, await issue(['verify']));
    const compared = await send(
      '/match',
      [
        ['probe', stranger],
        ['reference', person[0]],
      ],
      auth,
    );

    const refusals = new Set<string>();
    let answered = 0;
    // Tries are concurrent, to show that the lockout counts each try before the face is compared.
    const atOnce = 4;
    for (let from = 0; from < tries; from += atOnce) {
      const replies = await Promise.all(
        Array.from({ length: atOnce }, async (_, at) => score(await withPatch(stranger, from + at))),
      );
      for (const { status, text } of replies) {
        if (status === 429) continue;
        answered += 1;
        refusals.add(text);
      }
    }
    const locked = await score(person[1]);
    return {
      triesUntilLocked: answered,
      distinctRefusals: refusals.size,
      locksTheRightFaceToo: locked.status === 429,
      matchesWithToken: compared.status === 200 ? 1 : 0,
      scoreNeedsScope: withoutScope.status === 403,
    };
  } finally {
    await stop();
  }
}
