import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { FaceError } from '../../errors.js';
import { type ModelFile, models } from '../../face/engine/manifest.js';
import { readPublishedFile } from '../../face/engine/published-file.js';
import { markOf } from '../../storage/files/durable-file.js';

const guidingModels: Readonly<Record<string, ModelFile>> = { detect: models.detect, landmarks: models.landmarks };

/** Reads model files and caches them. All callers get the same buffer and must not change it. */
function createModelReader(folder: string): (model: ModelFile) => Promise<Uint8Array | null> {
  const kept = new Map<string, { readonly mark: string; readonly bytes: Promise<Uint8Array | null> }>();
  return async (model) => {
    const { file } = model;
    // An error is ignored here, because reading the file reports it.
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
 * Serves `/<name>.onnx?<digest>` after verifying the file. Browsers may cache it forever. Without models, the page
 * shows no guidance.
 * @throws `not_found`; `model_altered` and `model_missing` if the file changed
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
    // With an unexpected type, some browsers show an empty page.
    response.type('application/octet-stream').send(bytes);
  };
}
