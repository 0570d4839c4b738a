import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/* Preloaded into a server (`node --import`). Its worker threads exit while the file FAULTS_WORKER_FILE exists. */

const file = process.env.FAULTS_WORKER_FILE ?? '';

const everyMs = 20;

if (!isMainThread) {
  const timer = setInterval(() => {
    if (existsSync(file)) process.exit(1);
  }, everyMs);
  timer.unref();
}
