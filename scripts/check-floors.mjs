// Part of `npm run lint`: fails if a file imports from a higher floor, or from another room on its own floor
// (rooms.mjs).
import { findBreaches } from './rooms.mjs';

const breaches = findBreaches();
for (const breach of breaches) process.stderr.write(`${breach}\n`);
process.exitCode = breaches.length === 0 ? 0 : 1;
