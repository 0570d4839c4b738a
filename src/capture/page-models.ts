import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { type ModelFile, models } from '../engine/manifest.js';
import { readPublishedFile } from '../engine/published-file.js';
import { FaceError } from '../errors.js';
import { markOf } from '../files/durable-file.js';

/** The models that guide in the browser, by the name in their address. */
const guidingModels: Readonly<Record<string, ModelFile>> = { detect: models.detect, landmarks: models.landmarks };

/**
 * Reads and checks a model once, for as long as its file stays as it is: whoever asks has the same bytes, and who does not read
 * them none of their own.
 */
function createModelReader(folder: string): (model: ModelFile) => Promise<Uint8Array | null> {
  const kept = new Map<string, { readonly mark: string; readonly bytes: Promise<Uint8Array | null> }>();
  return async (model) => {
    const { file } = model;
    // What is wrong with it is told by the reading.
    const mark = await markOf(join(folder, file)).catch(() => '');
    const known = kept.get(file);
    if (known?.mark === mark) return known.bytes;
    const bytes = readPublishedFile(folder, model);
    kept.set(file, { mark, bytes });
    bytes.catch(() => kept.delete(file));
    return bytes;
  };
}

/**
 * Answers `/<name>.onnx` with a model from the engine's folder. With its digest as the query, as the page asks, browsers
 * may keep it for ever: what is sent is what was checked, and a page of another release asks for another digest.
 * A server without an engine of its own has no models: its page goes on without guidance.
 * @throws FaceError `not_found`; `model_altered` and `model_missing` where the file was changed under the server
 */
export function createModelHandler(folder: string): RequestHandler<{ name: string }> {
  const read = createModelReader(folder);
  return async (request, response) => {
    const { name } = request.params;
    const expected = Object.hasOwn(guidingModels, name) ? guidingModels[name] : null;
    const bytes = expected === null ? null : await read(expected);
    if (expected === null || bytes === null) throw new FaceError('not_found');
    if (request.url.endsWith(`?${expected.sha256}`))
      response.set('Cache-Control', 'public, max-age=31536000, immutable');
    // Some browsers show an empty page where a file comes under another type than its reader expects.
    response.type('application/octet-stream').send(bytes);
  };
}
