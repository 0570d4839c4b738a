import { z } from 'zod';
import { forkScript } from '../forked.js';
import { residentMiB } from '../measure.js';
import { comparisonGuard, type LibraryName, libraryNames, settingsGuard } from './library.js';

const photoGuard = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const pairGuard = z.tuple([z.int(), z.int()]).readonly();
const photosGuard = z.tuple([photoGuard, photoGuard]).readonly();

export type Pair = z.infer<typeof pairGuard>;
export type PhotoPair = z.infer<typeof photosGuard>;

export const jobGuard = z.discriminatedUnion('task', [
  z.object({ task: z.literal('start'), library: z.enum(libraryNames), photo: photoGuard }),
  z.object({ task: z.literal('verify'), pairs: z.array(photosGuard).readonly() }),
  z.object({ task: z.literal('embed'), photos: z.array(photoGuard).readonly() }),
  z.object({ task: z.literal('compare'), pairs: z.array(pairGuard).readonly() }),
]);
export type Job = z.infer<typeof jobGuard>;

const verifiedGuard = z.object({ times: z.array(z.number()), processorMs: z.number() });

export async function startLibrary(name: LibraryName, photo: Uint8Array) {
  const from = performance.now();
  const { pid, ask, stop } = forkScript(new URL('./library-process.js', import.meta.url));
  const send = <Answer>(job: Job, guard: z.ZodType<Answer>): Promise<Answer> => ask(job, guard);
  const settings = await send({ task: 'start', library: name, photo }, settingsGuard);
  return {
    ...{ name, settings, stop },
    startUpMs: performance.now() - from,
    verify: (pairs: readonly PhotoPair[]) => send({ task: 'verify', pairs }, verifiedGuard),
    embed: (photos: readonly Uint8Array[]) => send({ task: 'embed', photos }, z.array(z.boolean())),
    compare: (pairs: readonly Pair[]) => send({ task: 'compare', pairs }, z.array(comparisonGuard.nullable())),
    readRssMiB: () => residentMiB(pid),
  };
}

export type LibraryHandle = Awaited<ReturnType<typeof startLibrary>>;
