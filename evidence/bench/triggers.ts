import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { quantile, round } from './measure.js';

const run = promisify(execFile);

const processes = 15;

async function measureInit(file: string, env: NodeJS.ProcessEnv): Promise<number> {
  const code = `await import(${JSON.stringify(pathToFileURL(file).href)}); process.stdout.write(String(performance.now()))`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { env });
  const initMs = Number(stdout);
  if (!(initMs > 0)) throw new Error(`The triggers did not load: ${stdout}`);
  return initMs;
}

/** Measures the bundle, and the median time from the start of Node.js until four handlers are ready. */
export async function measureTriggers() {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-triggers-'));
  try {
    const bundle = join(folder, 'index.mjs');
    await run(process.execPath, [
      fileURLToPath(new URL('../../../scripts/build-triggers.mjs', import.meta.url)),
      bundle,
    ]);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const env = {
      FACESTEP_CONNECTION: 'customers',
      FACESTEP_MODE: 'enforce',
      FACESTEP_PUBLIC_URL: 'https://face.example.com',
      FACESTEP_USER_POOL_ID: 'eu-central-1_AbCdEfGhI',
      FACESTEP_CLIENT_IDS: '1example23456789',
      FACESTEP_REQUEST_SECRET: 'x'.repeat(32),
      FACESTEP_RECEIPT_KEYS: JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }),
    };
    const inits: number[] = [];
    for (let each = 0; each < processes; each++) inits.push(await measureInit(bundle, env));
    const { size } = await stat(bundle);
    return { bundleBytes: size, initMs: round(quantile(inits), 1) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
