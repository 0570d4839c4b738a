import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/*
 * Loaded into a server before anything else (`node --import`): each of its threads ends, as one that ran out of memory does,
 * while the file is there that FAULTS_WORKER_FILE names.
 */

const file = process.env.FAULTS_WORKER_FILE ?? '';

const everyMs = 20;

if (!isMainThread) {
  const timer = setInterval(() => {
    if (existsSync(file)) process.exit(1);
  }, everyMs);
  timer.unref();
}
