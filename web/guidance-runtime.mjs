import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * The model runtime of the capture page: the WebAssembly of onnxruntime-web without the functions that the page's two
 * models do not run. Their bodies are replaced by a trap, so that numbers and types of all functions stay the same. A
 * page whose runtime traps continues without guidance.
 *
 * `node web/guidance-runtime.mjs` runs the models and stores which functions they used. Run it after `npm run build`
 * when onnxruntime-web or a model changes.
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const usageFile = join(root, 'web', 'capture', 'guidance', 'runtime-functions.json');
export const runtimeFolder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
const runtimeFile = join(runtimeFolder, 'ort-wasm-simd-threaded.wasm');

const section = { global: 6, export: 7, code: 10 };
const trap = Buffer.from([0x00, 0x00, 0x0b]);
const instruction = { constI32: 0x41, setGlobal: 0x24, end: 0x0b };
const mutableI32 = [0x7f, 0x01];
const globalKind = 0x03;
/** Smaller functions are all kept, because they cost little, and a rare path may need them. */
const smallBytes = 64;

const toNumber = (value) => {
  const groups = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) groups.push((rest % 128) + 128);
  return Buffer.from([...groups, rest]);
};

const withSize = (content) => Buffer.concat([toNumber(content.length), content]);

function createReader(bytes, from = 0) {
  let at = from;
  const number = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const group = bytes[at++];
      value += (group % 128) * scale;
      if (group < 128) return value;
    }
  };
  const take = (length) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  return { number, take, isAtEnd: () => at >= bytes.length, rest: () => bytes.subarray(at) };
}

function readSections(bytes) {
  const reader = createReader(bytes, 8);
  const sections = [];
  while (!reader.isAtEnd()) {
    const [id] = reader.take(1);
    sections.push({ id, content: reader.take(reader.number()) });
  }
  return sections;
}

/** Reads a section of counted entries that begin with their size. */
function readBodies(content) {
  const reader = createReader(content);
  return Array.from({ length: reader.number() }, () => reader.take(reader.number()));
}

const writeRuntime = (bytes, sections) =>
  Buffer.concat([
    bytes.subarray(0, 8),
    ...sections.flatMap(({ id, content }) => [Buffer.from([id]), withSize(content)]),
  ]);

const replace = (bytes, contents) =>
  writeRuntime(
    bytes,
    readSections(bytes).map(({ id, content }) => ({ id, content: contents[id]?.(content) ?? content })),
  );

const writeBodies = (bodies) => Buffer.concat([toNumber(bodies.length), ...bodies.map(withSize)]);

/** Returns the runtime with the used functions only. */
export function trimRuntime(bytes, isUsed) {
  const code = (content) =>
    writeBodies(readBodies(content).map((body, at) => (isUsed(at) || body.length <= smallBytes ? body : trap)));
  return replace(bytes, { [section.code]: code });
}

/** Returns where the locals of a function end and its instructions begin. */
function splitBody(body) {
  const reader = createReader(body);
  for (let groups = reader.number(); groups > 0; groups -= 1) {
    reader.number();
    reader.take(1);
  }
  const instructions = reader.rest();
  return [body.subarray(0, body.length - instructions.length), instructions];
}

/** Returns the runtime in which function `i` sets the exported global `used<i>`. */
function markUsed(bytes) {
  const contentOf = (wanted) => readSections(bytes).find(({ id }) => id === wanted).content;
  const count = readBodies(contentOf(section.code)).length;
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  const first =
    imports.filter(({ kind }) => kind === 'global').length + createReader(contentOf(section.global)).number();
  const each = (toEntry) => Array.from({ length: count }, (_, at) => Buffer.from(toEntry(at)));
  const extend = (toEntry) => (content) => {
    const reader = createReader(content);
    return Buffer.concat([toNumber(reader.number() + count), reader.rest(), ...each(toEntry)]);
  };
  const toExport = (at) => [...withSize(Buffer.from(`used${at}`)), globalKind, ...toNumber(first + at)];
  const code = (content) =>
    writeBodies(
      readBodies(content).map((body, at) => {
        const [locals, instructions] = splitBody(body);
        return Buffer.concat([
          locals,
          Buffer.from([instruction.constI32, 1, instruction.setGlobal]),
          toNumber(first + at),
          instructions,
        ]);
      }),
    );
  return replace(bytes, {
    [section.global]: extend(() => [...mutableI32, instruction.constI32, 0, instruction.end]),
    [section.export]: extend(toExport),
    [section.code]: code,
  });
}

/** Writes the trimmed runtime. @throws if the list of used functions is of another runtime */
export function writeTrimmedRuntime() {
  const bytes = readFileSync(runtimeFile);
  const { sha256, used } = JSON.parse(readFileSync(usageFile, 'utf8'));
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new Error('onnxruntime-web has changed: run node web/guidance-runtime.mjs');
  const bits = Buffer.from(used, 'base64');
  const file = join(root, '.cache', 'guidance-runtime.wasm');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    trimRuntime(bytes, (at) => ((bits[Math.floor(at / 8)] >> (at % 8)) & 1) === 1),
  );
  return file;
}

/** As in the page's worker. */
const sessionOptions = { executionProviders: ['wasm'], graphOptimizationLevel: 'disabled' };

/** Runs each model with a runtime. @returns their outputs, and what the runtime exports */
export async function runModels(runtime, models) {
  let instance = null;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    instance = made.instance ?? made;
    return made;
  };
  try {
    // A module keeps its first runtime.
    const library = `${pathToFileURL(join(runtimeFolder, 'ort.wasm.min.mjs')).href}?${performance.now()}`;
    const { env, InferenceSession, Tensor } = await import(library);
    Object.assign(env.wasm, { numThreads: 1, wasmBinary: runtime, wasmPaths: pathToFileURL(`${runtimeFolder}/`).href });
    const outputs = [];
    for (const { bytes, input } of models) {
      const session = await InferenceSession.create(bytes, sessionOptions);
      const values = new Float32Array(input.reduce((product, size) => product * size, 1)).map((_, at) => Math.sin(at));
      for (let run = 0; run < 3; run += 1) {
        const found = await session.run({ input: new Tensor('float32', values, input) });
        if (run === 0) outputs.push(Object.values(found).map(({ data }) => [...data]));
      }
      await session.release();
    }
    return { outputs, exported: instance.exports };
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

export async function readPageModels() {
  const { pageModels, toPageModel } = await import(
    pathToFileURL(join(root, 'dist/src/face/engine/page-model.js')).href
  );
  return Object.values(pageModels).map(({ published: { file, input } }) => ({
    bytes: toPageModel(readFileSync(join(root, 'models', file))),
    input,
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = readFileSync(runtimeFile);
  const { exported } = await runModels(markUsed(bytes), await readPageModels());
  const used = [];
  for (let at = 0; exported[`used${at}`] !== undefined; at += 1) {
    used[Math.floor(at / 8)] ??= 0;
    used[Math.floor(at / 8)] += exported[`used${at}`].value << (at % 8);
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(usageFile, `${JSON.stringify({ sha256, used: Buffer.from(used).toString('base64') }, null, 2)}\n`);
}
