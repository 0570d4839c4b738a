import { availableParallelism, cpus } from 'node:os';
import sharp from 'sharp';
import { loadPictures } from '../../examples/demo/pictures.js';
import { prepareDecoder } from '../../src/face/engine/decode.js';
import type { Signal } from '../../src/face/engine/engine.js';
import { createPipeline, type Pipeline } from '../../src/face/engine/pipeline.js';
import { loadNative, loadWebAssembly } from '../../src/face/engine/runtime.js';
import { modelsFolder } from '../../support/run/paths.js';
import { quantile, round, timeInTurns, toTiming } from './measure.js';

const checkSignals: readonly Signal[] = ['embedding', 'pose', 'liveness', 'eyes', 'quality'];

function createRun(pipeline: Pipeline, photo: Uint8Array, signals: readonly Signal[]) {
  const processorMs: number[] = [];
  return {
    processorMs,
    async run() {
      const before = process.cpuUsage();
      await pipeline.examine(photo, signals, 'only');
      const { user, system } = process.cpuUsage(before);
      processorMs.push((user + system) / 1000);
    },
  };
}

async function timeRuntimes(photo: Uint8Array, rounds: number) {
  const native = await createPipeline(modelsFolder, { load: loadNative });
  const wasm = await createPipeline(modelsFolder, { load: () => loadWebAssembly('of the benchmark') });
  const runs = [native, wasm].flatMap((pipeline) => [
    createRun(pipeline, photo, ['embedding']),
    createRun(pipeline, photo, checkSignals),
  ]);
  const times = await timeInTurns(
    rounds,
    runs.map(({ run }) => run),
  );
  await native.close();
  await wasm.close();
  const toRuntimeTiming = (at: number) => ({
    ...toTiming(times[at]),
    processorMs: round(quantile(runs[at].processorMs)),
  });
  const ours = { name: native.runtime.name, embedding: toRuntimeTiming(0), check: toRuntimeTiming(1) };
  const theirs = { name: wasm.runtime.name, embedding: toRuntimeTiming(2), check: toRuntimeTiming(3) };
  const timesNative = {
    embedding: round(theirs.embedding.processorMs / ours.embedding.processorMs),
    check: round(theirs.check.processorMs / ours.check.processorMs),
  };
  return { native: ours, webAssembly: theirs, timesNative };
}

/**
 * Compares the runtimes of the face engine, with medians in milliseconds on one thread.
 */
export async function benchEngine(rounds: number) {
  const { person } = await loadPictures();
  const photo = await sharp(person[1]).resize(250, 250, { fit: 'cover', position: 'top' }).jpeg().toBuffer();
  prepareDecoder();
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus()[0].model,
    cores: availableParallelism(),
    runtimes: await timeRuntimes(photo, rounds),
  };
}
