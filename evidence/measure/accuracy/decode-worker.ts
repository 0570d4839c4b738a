import { parentPort } from 'node:worker_threads';
import { type BareCode, decodeShare, type Share } from './decode.js';

parentPort?.on('message', ({ code, share }: { readonly code: BareCode; readonly share: Share }) => {
  parentPort?.postMessage(decodeShare(code, share));
});
