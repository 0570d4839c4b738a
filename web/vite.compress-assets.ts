import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * Writes a compressed copy of each asset into `compressed`, for the server to send. WebAssembly uses quality 9: quality
 * 11 would take half a minute instead of a second, and save only a tenth of the bytes.
 */
export const compressAssets: Plugin = {
  name: 'compress-assets',
  writeBundle({ dir = '' }) {
    mkdirSync(join(dir, 'compressed'), { recursive: true });
    const names = readdirSync(join(dir, 'assets'), { withFileTypes: true }).filter((each) => each.isFile());
    for (const { name } of names) {
      const quality = name.endsWith('.wasm') ? 9 : 11;
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
      writeFileSync(
        join(dir, 'compressed', `${name}.br`),
        brotliCompressSync(readFileSync(join(dir, 'assets', name)), { params }),
      );
    }
  },
};
