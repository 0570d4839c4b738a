// node scripts/figures.mjs: updates every marked figure in the documents from its stored result
// (evidence/accuracy/stored-figures.ts).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFigures } from '../dist/evidence/accuracy/stored-figures.js';
import { listPages } from '../web/docs/pages.mjs';
import { root } from './root.mjs';

const readStored = (file) => JSON.parse(readFileSync(join(root, 'docs', file), 'utf8'));
for (const { source, text } of listPages(root)) {
  const written = writeFigures(text, readStored);
  if (written === text) continue;
  writeFileSync(join(root, source), written);
  process.stdout.write(`${source}\n`);
}
