import { parentPort } from 'node:worker_threads';
import { decodeShare, type Share } from './decode.js';

/* One thread of `createDecoderPool`: a share of the pairs at a time. */

parentPort?.on('message', ({ bits, share }: { readonly bits: number; readonly share: Share }) => {
  parentPort?.postMessage(decodeShare(bits, share));
});
