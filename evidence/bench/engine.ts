import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { loadPictures } from '../../examples/demo/pictures.js';
import { Photo } from '../../src/core/concealed.js';
import { prepareDecoder } from '../../src/engine/header.js';
import { loadRuntime } from '../../src/engine/load-runtime.js';
import { models as modelFiles } from '../../src/engine/manifest.js';
import { loadModels, type Models } from '../../src/engine/models.js';
import { createPipeline, type Pipeline } from '../../src/engine/pipeline.js';
import { createEnginePool } from '../../src/engine/pool.js';
import { sessionOptions } from '../../src/engine/runtime.js';
import { modelsFolder } from '../../test/paths.js';
import { testShare } from '../../test/share.js';
import { timeRuntimes } from './engine-runtimes.js';
import { timeStages } from './engine-stages.js';
import { load, quantile, round, timeInTurns, toTiming } from './measure.js';

/** Photo sizes in pixels: the size used in docs/engine.md, a browser's camera, and a phone. */
const sizes = [
  [250, 250],
  [640, 480],
  [4032, 3024],
] as const;

const toPhoto = (portrait: Uint8Array, width: number, height: number): Promise<Buffer> =>
  sharp(portrait)
    .resize(width, height, { fit: width === height ? 'cover' : 'contain', position: 'top', background: '#777777' })
    .jpeg()
    .toBuffer();

/**
 * Measures medians in milliseconds on one thread, except for `pool`.
 * @returns the JSON output of the benchmark, with stable property names
 */
export async function benchEngine(rounds: number) {
  const { person } = await loadPictures();
  const photos = await Promise.all(sizes.map(([width, height]) => toPhoto(person[1], width, height)));
  prepareDecoder();
  const pipeline = await createPipeline(modelsFolder);
  const models = await loadModels(modelsFolder, await loadRuntime());
  const profiles: Awaited<ReturnType<typeof profilePhoto>>[] = [];
  for (const photo of photos) profiles.push(await profilePhoto(photo, pipeline, models, rounds));
  const recognition = await timeRecognition(models, rounds);
  await pipeline.close();
  for (const model of Object.values(models)) await model.close();
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus()[0].model,
    cores: availableParallelism(),
    photos: Object.fromEntries(sizes.map(([width, height], at) => [`${width}x${height}`, profiles[at]])),
    // One embedding by the model as published, and by the model as src/engine/prelu.ts loads it.
    recognition,
    runtimes: await timeRuntimes(photos[0], rounds),
    pool: await measurePool(photos[0], profiles[0].examine.ms, 10 * rounds),
  };
}

async function profilePhoto(photo: Uint8Array, pipeline: Pipeline, models: Models, rounds: number) {
  const stages = await timeStages(photo, models, rounds);
  let gcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  });
  observer.observe({ entryTypes: ['gc'] });
  const heap: number[] = [];
  const besideHeap: number[] = [];
  const [times] = await timeInTurns(rounds, [
    async () => {
      const before = process.memoryUsage();
      await pipeline.examine(photo, ['embedding'], 'only');
      const after = process.memoryUsage();
      // A garbage collection makes single values too small. The median ignores these values.
      heap.push((after.heapUsed - before.heapUsed) / 1024);
      besideHeap.push((after.external - before.external) / 1024);
    },
  ]);
  // Garbage collections are reported in a later turn of the event loop.
  await new Promise((resolve) => setImmediate(resolve));
  observer.disconnect();
  return {
    bytes: photo.length,
    stages,
    examine: toTiming(times),
    // Allocated memory in the JavaScript heap, and outside it for pixels.
    heapKiB: round(quantile(heap)),
    besideHeapKiB: round(quantile(besideHeap)),
    gcMs: round(gcMs / rounds),
  };
}

async function timeRecognition(models: Models, rounds: number) {
  const { file, input } = modelFiles.embed;
  const session = await InferenceSession.create(await readFile(join(modelsFolder, file)), sessionOptions);
  // Input with varied signs, because PRelu is faster if signs are predictable.
  const noise = Float32Array.from(models.embed.input, (_, at) => Math.sin(at * at));
  models.embed.input.set(noise);
  const feeds = { input: new Tensor('float32', noise, input) };
  const [published, loaded] = await timeInTurns(rounds, [() => session.run(feeds), () => models.embed.run()]);
  await session.release();
  return { published: toTiming(published), loaded: toTiming(loaded) };
}

async function measurePool(photo: Uint8Array, oneThreadMs: number, count: number) {
  const workers = availableParallelism();
  const pool = await createEnginePool({ modelsFolder, workers, queueLimit: workers });
  const examine = async (): Promise<void> => {
    const { embedding } = await pool.examine(new Photo(Uint8Array.from(photo)), ['embedding'], testShare);
    embedding?.wipe();
  };
  await load(10 * workers, workers, examine);
  const alone = await load(count, 1, examine);
  const before = performance.eventLoopUtilization();
  const { perSecond } = await load(count, workers, examine);
  const { active } = performance.eventLoopUtilization(before);
  await pool.close();
  return {
    workers,
    aloneMs: round(quantile(alone.times)),
    perSecond: round(perSecond),
    timesOneThread: round((perSecond * oneThreadMs) / 1000),
    mainThreadMs: round(active / count),
  };
}
