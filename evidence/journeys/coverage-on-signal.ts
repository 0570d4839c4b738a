import { takeCoverage } from 'node:v8';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

/*
 * Preloaded into a server that has NODE_V8_COVERAGE. On SIGUSR2, every thread writes which functions it has called
 * since the last signal.
 */

const channel = new BroadcastChannel('coverage');
channel.unref();
if (isMainThread)
  process.on('SIGUSR2', () => {
    channel.postMessage(null);
    takeCoverage();
  });
else channel.onmessage = () => takeCoverage();
