import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { loadPictures } from '../../examples/demo/pictures.js';
import { startService } from '../../examples/demo/service.js';
import { projectRoot } from '../../test/paths.js';
import { createChance } from '../statistics/chance.js';

export interface SocketClimb {
  readonly triesUntilLocked: number;
  readonly distinctRefusals: number;
  readonly locksTheRightFaceToo: boolean;
  readonly matchesWithToken: number;
  readonly scoreNeedsScope: boolean;
}

const tokenGuard = z.object({ token: z.string() });

async function withPatch(photo: Uint8Array, at: number): Promise<Uint8Array> {
  const { width, height } = await sharp(photo).metadata();
  const size = Math.max(8, Math.floor(Math.min(width, height) / 20));
  const chance = createChance(`patch ${at}`);
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
export async function climbOverSocket(tries: number): Promise<SocketClimb> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-attacks-'));
  const adminKey = randomBytes(24).toString('base64url');
  // The models folder is relative to the working directory.
  process.chdir(projectRoot);
  const service = await startService({ PORT: '0', FACESTEP_DATA: folder, FACESTEP_ADMIN_KEY: adminKey });
  const post = async (path: string, headers: Record<string, string>, body: string | FormData) => {
    const response = await fetch(service.url + path, { method: 'POST', headers, body });
    return { status: response.status, text: await response.text() };
  };
  const issue = async (scopes: readonly string[]) => {
    const headers = { 'content-type': 'application/json', 'x-admin-key': adminKey };
    const { text } = await post('/generateToken', headers, JSON.stringify({ name: 'climber', scopes }));
    return { 'x-auth-token': tokenGuard.parse(JSON.parse(text)).token };
  };
  const toForm = (texts: Record<string, string>, photos: Record<string, Uint8Array>): FormData => {
    const form = new FormData();
    for (const [name, text] of Object.entries(texts)) form.append(name, text);
    for (const [name, bytes] of Object.entries(photos))
      form.append(name, new Blob([Uint8Array.from(bytes)]), 'photo.jpg');
    return form;
  };
  try {
    const { person, stranger } = await loadPictures();
    const auth = await issue(['enrol', 'verify', 'score', 'match']);
    const made = await post('/generate', auth, toForm({}, { photo: person[0] }));
    const { token } = tokenGuard.parse(JSON.parse(made.text));
    const score = (photo: Uint8Array, by = auth) => post('/authenticate-score', by, toForm({ token }, { photo }));
    const withoutScope = await score(stranger, await issue(['verify']));
    const compared = await post('/match', auth, toForm({ token }, { probe: stranger, reference: person[0] }));

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
    await service.stop();
    await rm(folder, { recursive: true });
  }
}
