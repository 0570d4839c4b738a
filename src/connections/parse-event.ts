import type { z } from 'zod';
import { FaceError } from '../errors.js';
import { isProbe } from './probe.js';

/** @throws FaceError `request_malformed` with the faulty fields but no values; `hook_probed` for a test call */
export function parseEvent<Output>(guard: z.ZodType<Output>, body: Uint8Array): Output {
  const event = parseJson(body);
  const parsed = guard.safeParse(event);
  if (parsed.success) return parsed.data;
  if (isProbe(event)) throw new FaceError('hook_probed');
  const issues = parsed.error.issues.map(({ code, path }) => ({ code: String(code), path: path.map(String) }));
  throw new FaceError('request_malformed', { issues });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The error has no cause, because the parser's message quotes the body.
    throw new FaceError('request_malformed', { issues: [{ code: 'invalid_json', path: [] }] });
  }
}
