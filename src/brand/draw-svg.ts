import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('svg-process.js', import.meta.url));
const timeoutMs = 5_000;
const maxDrawnBytes = 4 * 1024 * 1024;

export type DrawnSvg =
  | { readonly png: Buffer }
  | { readonly unsafe: string }
  | { readonly problem: 'too_large' | 'unreadable' };

/** Draws an SVG in a separate process, because the server itself must never load an SVG parser. */
export function drawSvg(
  svg: Uint8Array,
  { width, height, maxPixels }: { readonly width: number; readonly height: number; readonly maxPixels: number },
): Promise<DrawnSvg> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['--max-old-space-size=128', program, ...[width, height, maxPixels].map(String)],
      { encoding: 'buffer', env: {}, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: maxDrawnBytes },
      (error, written) => {
        if (error === null && written.length > 0) resolve({ png: written });
        else if (error?.code === 3) resolve({ unsafe: written.toString() });
        else resolve({ problem: error?.code === 2 ? 'too_large' : 'unreadable' });
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(svg);
  });
}
