import type { Signal } from '../../src/engine/engine.js';
import { createPipeline, type Pipeline } from '../../src/engine/pipeline.js';
import { loadNative } from '../../src/engine/runtime-native.js';
import { loadWebAssembly } from '../../src/engine/runtime-wasm.js';
import { modelsFolder } from '../../test/paths.js';
import { round, type Timing, timeInTurns, toTiming } from './measure.js';

/** What one photo takes on one thread: as far as its embedding, and with all that is asked of a face at a check. */
interface RuntimeTimings {
  readonly name: string;
  readonly embedding: Timing;
  readonly check: Timing;
}

/** The model runtime in both its forms, in turns on the same photo. */
export interface RuntimesReport {
  readonly native: RuntimeTimings;
  readonly webAssembly: RuntimeTimings;
  /** How many times as long WebAssembly takes. */
  readonly timesNative: { readonly embedding: number; readonly check: number };
}

const checkSignals: readonly Signal[] = ['embedding', 'pose', 'liveness', 'eyes', 'quality'];

/** Times both on one photo. */
export async function timeRuntimes(photo: Uint8Array, rounds: number): Promise<RuntimesReport> {
  const native = await createPipeline(modelsFolder, [], loadNative);
  const wasm = await createPipeline(modelsFolder, [], () => loadWebAssembly('of the benchmark'));
  const toRun = (pipeline: Pipeline, signals: readonly Signal[]) => () => pipeline.examine(photo, signals, 'only');
  const [embedding, wasmEmbedding, check, wasmCheck] = await timeInTurns(rounds, [
    toRun(native, ['embedding']),
    toRun(wasm, ['embedding']),
    toRun(native, checkSignals),
    toRun(wasm, checkSignals),
  ]);
  await native.close();
  await wasm.close();
  const ours = { name: native.runtime.name, embedding: toTiming(embedding), check: toTiming(check) };
  const theirs = { name: wasm.runtime.name, embedding: toTiming(wasmEmbedding), check: toTiming(wasmCheck) };
  const timesNative = {
    embedding: round(theirs.embedding.ms / ours.embedding.ms),
    check: round(theirs.check.ms / ours.check.ms),
  };
  return { native: ours, webAssembly: theirs, timesNative };
}
