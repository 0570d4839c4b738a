import { parentPort } from 'node:worker_threads';
import { type Comparison, decodePairs } from './decode.js';

/* One thread of `createDecoderPool`: a share of the pairs at a time. */

parentPort?.on('message', ({ bits, share }: { readonly bits: number; readonly share: Comparison }) => {
  parentPort?.postMessage(decodePairs(bits, share));
});
