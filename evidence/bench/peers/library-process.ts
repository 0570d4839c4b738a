import { createFacestep } from './facestep.js';
import type { FaceLibrary, LibraryName, Template } from './library.js';
import { type Job, jobGuard, type PhotoPair } from './library-handle.js';
import { createFaceApi, createHuman } from './peer-libraries.js';

/* Runs a face library in its own process, to measure its memory and start-up. */

const makers: Readonly<Record<LibraryName, () => Promise<FaceLibrary>>> = {
  facestep: createFacestep,
  faceApi: () => createFaceApi('recommended'),
  faceApiFast: () => createFaceApi('fast'),
  human: () => createHuman('recommended'),
  humanFast: () => createHuman('fast'),
};

const templates: (Template | null)[] = [];
let started: FaceLibrary | null = null;

async function verify(library: FaceLibrary, [first, second]: PhotoPair): Promise<number> {
  const from = performance.now();
  const a = await library.embed(first, 'first');
  const b = await library.embed(second, 'first');
  // A photo without a face would be processed faster.
  if (a === null || b === null) throw new Error('a photo that is timed shows no face');
  library.compare(a, b);
  return performance.now() - from;
}

async function work(library: FaceLibrary, job: Exclude<Job, { task: 'start' }>): Promise<object> {
  if (job.task === 'verify') {
    const used = process.cpuUsage();
    const times: number[] = [];
    for (const pair of job.pairs) times.push(await verify(library, pair));
    const { user, system } = process.cpuUsage(used);
    return { times, processorMs: (user + system) / 1000 };
  }
  if (job.task === 'embed') {
    const added: (Template | null)[] = [];
    for (const photo of job.photos) added.push(await library.embed(photo, 'central'));
    templates.push(...added);
    return added.map((template) => template !== null);
  }
  return job.pairs.map(([first, second]) => {
    const [a, b] = [templates[first], templates[second]];
    return a === null || b === null ? null : library.compare(a, b);
  });
}

process.on('message', async (message) => {
  const job = jobGuard.parse(message);
  if (job.task === 'start') {
    started = await makers[job.library]();
    if ((await started.embed(job.photo, 'first')) === null) throw new Error('the first photo shows no face');
    const { version, backend, settings, threshold } = started;
    process.send?.({ version, backend, settings, threshold });
  } else if (started !== null) process.send?.(await work(started, job));
});
process.on('disconnect', () => process.exit());
