// Writes docs/reference from the compiled sources: run `npm run build` first.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderPages } from '../dist/scripts/reference/pages.js';

const target = fileURLToPath(new URL('../docs/reference', import.meta.url));
mkdirSync(target, { recursive: true });
for (const [name, text] of Object.entries(await renderPages())) writeFileSync(join(target, name), text);
